import { join } from "node:path";
import { isAlive, ownIdentity } from "../../core/jobs/process-identity.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { acquireLead, type LeadLock } from "../../core/workspace/lock.ts";
import { OWN_FOLDER } from "./runs.ts";

/** Makes this process the lead of its repository, or says who is. `run` is the id that others see, empty for a new one. */
export const takeLead = ({ project, commonDirectory }: Repository, run: string): Promise<LeadLock> =>
  acquireLead(commonDirectory, ownIdentity(), (other) => isAlive(other), {
    project,
    run,
    socket: join(project, OWN_FOLDER, "control.sock"),
  });
