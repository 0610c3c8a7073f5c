import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { connectControl } from "../../core/control/client.ts";
import { isAlive } from "../../core/jobs/process-identity.ts";
import { UserError } from "../../core/model/user-error.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { readLead } from "../../core/workspace/lock.ts";
import type { SafeOutput } from "../headless/safe-output.ts";
import { exitStatus } from "../lead/lead.ts";
import { lookAtRun, newestRun, OWN_FOLDER } from "../lead/runs.ts";
import type { LeadSnapshot } from "../lead/snapshot.ts";
import type { ContractLine } from "../machine-contract/contract-line.ts";
import { formatStatus } from "../machine-contract/format-status.ts";
import { printEndedRun } from "./ended-run.ts";
import { outputColumns } from "./output.ts";

/** Longest that a lead may take from its lock to its socket, in milliseconds. */
const SOCKET_WAIT_MS = 10_000;
const SOCKET_POLL_MS = 100;

/**
 * Follows a run that another process leads, until it ends. Returns the run's exit status, 1 when its lead was lost;
 * undefined when that process left before it could be followed.
 */
export const followLead = async (
  repository: Repository,
  json: boolean,
  output: SafeOutput,
): Promise<number | undefined> => {
  const { project } = repository;
  let sawEnd = false;
  const client = await connectWhenReady(repository);
  if (client === undefined) return undefined;
  const print = (line: ContractLine): void => {
    sawEnd ||= line.type === "run.ended";
    if (json) output.write(`${JSON.stringify(line)}\n`, line.type === "feed" ? "feed" : "event");
    else output.write(`${plainLineOf(line)}\n`, line.type === "feed" ? "feed" : "event");
  };
  await client.subscribe({
    onSnapshot: ({ status }) => {
      if (!json) output.write(formatStatus(status, outputColumns()), "event");
    },
    onEvent: print,
    onFeed: print,
  });
  const end = await client.ended;
  const newest = newestRun(project);
  if (newest === undefined || end.kind === "lost") {
    throw new UserError("The lead of this run was lost.", ["Go on with it: storyboard run --resume"], 1);
  }
  const folded = lookAtRun(newest);
  return json && sawEnd ? exitStatus(folded.state, folded) : printEndedRun(folded, repository, json, output);
};

/** A lead that has just begun has its lock before its socket. */
const connectWhenReady = async ({ project, commonDirectory }: Repository) => {
  for (const deadline = Date.now() + SOCKET_WAIT_MS; ; await setTimeout(SOCKET_POLL_MS)) {
    const client = await connectControl<LeadSnapshot, ContractLine, ContractLine>(join(project, OWN_FOLDER));
    if (client !== undefined) return client;
    const lead = await readLead(commonDirectory);
    if (lead === undefined || !isAlive(lead)) return undefined;
    if (Date.now() > deadline) {
      throw new UserError(`Process ${lead.pid} leads a run here, but does not answer.`, [
        "Try again. If it hangs, end it: the run continues with `storyboard run --resume`.",
      ]);
    }
  }
};

const plainLineOf = (line: ContractLine): string => {
  const time = line.at.slice(11, 19);
  const story = "story" in line ? ` ${line.story}` : "";
  const detail = line.type === "feed" ? ` | ${line.text}` : ` ${line.type}`;
  return `${time}${story}${detail}`;
};
