import { join } from "node:path";
import { connectControl } from "../../core/control/client.ts";
import { UserError } from "../../core/model/user-error.ts";
import type { SafeOutput } from "../headless/safe-output.ts";
import { lookAtRun, newestRun, OWN_FOLDER } from "../lead/runs.ts";
import type { LeadSnapshot } from "../lead/snapshot.ts";
import type { ContractLine } from "../machine-contract/contract-line.ts";
import { formatStatus } from "../machine-contract/format-status.ts";
import { printEndedRun } from "./ended-run.ts";

/** Follows a run that another process leads, until it ends. Returns the run's exit status; 1 when its lead was lost. */
export const followLead = async (project: string, json: boolean, output: SafeOutput): Promise<number> => {
  const client = await connectControl<LeadSnapshot, ContractLine, ContractLine>(join(project, OWN_FOLDER));
  if (client === undefined) {
    throw new UserError("A lead holds this repository, but does not answer yet.", ["Try again in a moment."]);
  }
  const print = (line: ContractLine): void => {
    if (json) output.write(`${JSON.stringify(line)}\n`, line.type === "feed" ? "feed" : "event");
    else output.write(`${plainLineOf(line)}\n`, line.type === "feed" ? "feed" : "event");
  };
  await client.subscribe({
    onSnapshot: ({ status }) => {
      if (!json) output.write(formatStatus(status, process.stdout.columns ?? 100), "event");
    },
    onEvent: print,
    onFeed: print,
  });
  const end = await client.ended;
  const newest = newestRun(project);
  if (newest === undefined || end.kind === "lost") {
    throw new UserError("The lead of this run was lost.", ["Go on with it: storyboard run --resume"], 1);
  }
  return printEndedRun(lookAtRun(newest), json, output);
};

const plainLineOf = (line: ContractLine): string => {
  const time = line.at.slice(11, 19);
  const story = "story" in line ? ` ${line.story}` : "";
  const detail = line.type === "feed" ? ` | ${line.text}` : ` ${line.type}`;
  return `${time}${story}${detail}`;
};
