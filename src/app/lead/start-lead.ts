import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { RunFile } from "../../core/engine/run-file.ts";
import { UserError } from "../../core/model/user-error.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { connectLead, type LeadClient } from "./connect-lead.ts";
import { makeOwnFolder } from "./own-folder.ts";

/** What a detached lead says, which is nothing but why it could not go on. */
const LOG_NAME = "lead.log";
/** Characters of the log that are shown, from its end. */
const SHOWN_CHARACTERS_MAX = 2_000;
/** Longest that a lead may take to its socket, in milliseconds: it looks at worktrees and branches first. */
const START_LIMIT_MS = 60_000;
const POLL_MS = 25;
/** Young generation of a lead, in megabytes: see the launcher. */
const SEMI_SPACE_MB = 2;

/** What a lead is started for: a run that was planned, or the newest one again. */
export interface LeadStart {
  readonly repository: Repository;
  /** Undefined goes on with the newest run. */
  readonly plan: RunFile | undefined;
  /** As given on the command line. */
  readonly until: string | undefined;
}

/** How a started lead came out: it can be talked to, or its run has ended already. */
export type StartedLead = { readonly kind: "alive"; readonly client: LeadClient } | { readonly kind: "ended" };

/**
 * Starts our own program as a lead that outlives this process and every terminal: in a session of its own, with its
 * output in `.storyboard/lead.log`. A planned run is handed over on its stdin, so that what was confirmed is what runs.
 * Resolves when it can be talked to; throws a UserError with its own words when it could not start.
 */
export const startLead = async (start: LeadStart): Promise<StartedLead> => {
  const { project } = start.repository;
  const log = join(await makeOwnFolder(start.repository), LOG_NAME);
  const child = spawnLead(start, log);
  let exit: number | undefined;
  child.once("error", () => {
    exit ??= 1;
  });
  child.once("exit", (status) => {
    exit ??= status ?? 1;
  });
  for (const deadline = Date.now() + START_LIMIT_MS; Date.now() < deadline; await setTimeout(POLL_MS)) {
    const hasLeft = exit !== undefined;
    const client = await connectLead(project);
    if (client !== undefined) return { kind: "alive", client };
    if (!hasLeft) continue;
    const words = wordsOf(log);
    if (words === "") return { kind: "ended" };
    throw new UserError(`The lead could not start:\n${words}`, ["Put that right and start again."]);
  }
  throw new UserError("The lead was started, but does not answer.", [`Look at ${log}.`]);
};

const spawnLead = ({ repository, plan, until }: LeadStart, log: string) => {
  const output = openSync(log, "w", 0o600);
  try {
    const child = spawn(
      process.execPath,
      [
        `--max-semi-space-size=${SEMI_SPACE_MB}`,
        process.argv[1] ?? "",
        "run",
        "--detached",
        ...(plan === undefined ? ["--resume"] : []),
        ...(until === undefined ? [] : ["--until", until]),
        "--project",
        repository.project,
      ],
      { cwd: repository.project, detached: true, stdio: ["pipe", output, output] },
    );
    // It may have ended before it read; what that means is told by its log.
    child.stdin?.on("error", () => {});
    child.stdin?.end(plan === undefined ? "" : JSON.stringify(plan));
    child.unref();
    return child;
  } finally {
    closeSync(output);
  }
};

const wordsOf = (log: string): string => {
  try {
    return readFileSync(log, "utf8").slice(-SHOWN_CHARACTERS_MAX).trim();
  } catch {
    return "";
  }
};
