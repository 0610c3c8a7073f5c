import type { RunFile } from "../../core/engine/run-file.ts";
import { UserError } from "../../core/model/user-error.ts";
import type { RunState } from "../../core/scheduler/state.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import type { SafeOutput } from "../headless/safe-output.ts";
import { connectWhenReady } from "../lead/connect-when-ready.ts";
import { exitStatus } from "../lead/exit-status.ts";
import { lookAtRun } from "../lead/runs.ts";
import type { ContractLine } from "../machine-contract/contract-line.ts";
import { formatStatus } from "../machine-contract/format-status.ts";
import { createProjector, type Projector } from "../machine-contract/projector.ts";
import { type StatusDocument, statusOf } from "../machine-contract/status-document.ts";
import { openRunWindow, type WindowListener } from "../screen/run-window.ts";
import { printEndedRun } from "./ended-run.ts";
import { outputColumns } from "./output.ts";

/**
 * Follows a run that another process leads, until it ends. Returns the run's exit status, 1 when its lead was lost;
 * undefined when that process left before it could be followed.
 */
export const followLead = async (
  repository: Repository,
  json: boolean,
  output: SafeOutput,
): Promise<number | undefined> => {
  const client = await connectWhenReady(repository);
  if (client === undefined) return undefined;
  let sawEnd = false;
  const print = (line: ContractLine): void => {
    sawEnd ||= line.type === "run.ended";
    const text = json ? JSON.stringify(line) : plainLineOf(line);
    output.write(`${text}\n`, line.type === "feed" ? "feed" : "event");
  };
  const { promise: ended, resolve: onEnd } = Promise.withResolvers<void>();
  const window = await openRunWindow(client, (file, state) => {
    if (!json) output.write(formatStatus(statusNow(file, state), outputColumns()), "event");
    return { ...printing(createProjector(file.run), print), onEnd };
  });
  if (window === undefined) return undefined;
  await ended;
  if (window.lead === "lost") {
    throw new UserError("The lead of this run was lost.", ["Go on with it: storyboard run --resume"], 1);
  }
  const folded = lookAtRun(window);
  return json && sawEnd ? exitStatus(folded.state, folded) : printEndedRun(folded, repository, json, output);
};

const printing = (projector: Projector, print: (line: ContractLine) => void): WindowListener => ({
  onEvents: (entries, state) => {
    for (const entry of entries) for (const line of projector.event(entry, state)) print(line);
  },
  onFeed: (line) => print(projector.feed(line)),
});

const statusNow = (file: RunFile, state: RunState): StatusDocument =>
  statusOf(state, { run: file.run, startedAtMs: file.startedAtMs, nowMs: Date.now(), leadAlive: true });

const plainLineOf = (line: ContractLine): string => {
  const time = line.at.slice(11, 19);
  const story = "story" in line ? ` ${line.story}` : "";
  const detail = line.type === "feed" ? ` | ${line.text}` : ` ${line.type}`;
  return `${time}${story}${detail}`;
};
