import { setTimeout } from "node:timers/promises";
import { isAlive } from "../../core/jobs/process-identity.ts";
import { UserError } from "../../core/model/user-error.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { readLead } from "../../core/workspace/lock.ts";
import { connectLead, type LeadClient } from "./connect-lead.ts";

/** Longest that a lead may take from its lock to its socket, in milliseconds. */
const SOCKET_WAIT_MS = 10_000;
const SOCKET_POLL_MS = 50;

/**
 * Connects to the lead of a project, which may have just begun: it has its lock before its socket. Undefined when nobody
 * holds the lock any more, or leads in another project of the repository. Throws a UserError when it does not answer.
 */
export const connectWhenReady = async ({ project, commonDirectory }: Repository): Promise<LeadClient | undefined> => {
  for (const deadline = Date.now() + SOCKET_WAIT_MS; ; await setTimeout(SOCKET_POLL_MS)) {
    const client = await connectLead(project);
    if (client !== undefined) return client;
    const lead = await readLead(commonDirectory);
    if (lead === undefined || lead.project !== project || !isAlive(lead)) return undefined;
    if (Date.now() > deadline) {
      throw new UserError(`Process ${lead.pid} leads a run here, but does not answer.`, [
        "Try again. If it hangs, end it: the run continues with `storyboard run --resume`.",
      ]);
    }
  }
};
