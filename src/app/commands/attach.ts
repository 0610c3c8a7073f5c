import { setTimeout as sleep } from "node:timers/promises";
import { type Environment, withoutOwnTools } from "../../core/agents/environment/own-tools.ts";
import type { AgentProfile } from "../../core/model/config.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import { UserError } from "../../core/model/user-error.ts";
import { type Attachment, attachmentOf, attachProblem } from "../attach/attachment.ts";
import { runAtTerminal } from "../attach/run-at-terminal.ts";
import type { ProjectOptions } from "../command-line/parsed-command.ts";
import { connectLead, type LeadClient } from "../lead/connect-lead.ts";
import { lookAtRun, newestRun, type StoredRun } from "../lead/runs.ts";
import type { OwnPackage } from "../own-package.ts";
import { meantKey, noRun } from "./meant.ts";
import type { CommandOutput } from "./output.ts";
import { projectFolder } from "./project.ts";

/** How often it is looked whether the agent's turn has ended, in milliseconds. */
const LOOK_MS = 200;
/** Longest that an agent may take to end its turn, in milliseconds: longer than any stop. */
const WAIT_MAX_MS = 60_000;

/**
 * `storyboard attach KEY`: opens the agent's own interactive session in the story's worktree, on this terminal. The story
 * waits meanwhile and goes on afterwards; what was done is looked at like the agent's own work. Returns the exit status of
 * the agent's program.
 */
export const attachCommand = async (
  word: string,
  options: ProjectOptions,
  own: OwnPackage,
  { out }: CommandOutput,
): Promise<number> => {
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    throw new UserError("attach needs a terminal.", [`Read what the agent did: storyboard logs ${word}`]);
  }
  const project = projectFolder(options);
  const stored = newestRun(project);
  if (stored === undefined) throw noRun();
  const key = meantKey(
    word,
    stored.file.stories.map((story) => story.key),
  );
  // Before anything is stopped for it: not every agent has a session that could be opened.
  const agent = lookAtRun(stored).state.stories.get(key)?.agent;
  const problem = agent === undefined ? undefined : attachProblem(stored.file.config.agents[agent]);
  if (problem !== undefined) throw new UserError(`${problem}.`, [`Read what it did: storyboard logs ${key}`], 1);
  const client = await connectLead(project);
  // A terminal that is closed takes the agent's program with it; the story is still to be given back.
  const release = stay();
  let isOurs = client !== undefined;
  try {
    if (client !== undefined) isOurs = await takeOver(client, key);
    return await open(attachmentOf(lookAtRun(stored), key), own);
  } finally {
    if (isOurs) await giveBack(project, stored, key, out);
    client?.close();
    release();
  }
};

const LEAVING = ["SIGHUP", "SIGTERM", "SIGINT"] as const;

/** Has the signals that end us do nothing for now: what we wait for ends by them, or soon. */
const stay = (): (() => void) => {
  const ignore = (): void => {};
  for (const signal of LEAVING) process.on(signal, ignore);
  process.stdout.on("error", ignore);
  return () => {
    for (const signal of LEAVING) process.off(signal, ignore);
  };
};

/** Has the story wait, and waits until its agent has ended its turn. False where it waits for something else anyway. */
const takeOver = async (client: LeadClient, key: StoryKey): Promise<boolean> => {
  const reply = await client.command({ type: "attach", story: key });
  if (!reply.ok) throw new UserError(`${reply.message}.`, ["See: storyboard status"], 1);
  const deadline = Date.now() + WAIT_MAX_MS;
  for (;;) {
    const snapshot = await client.snapshot();
    const asks = snapshot?.inbox.find(({ story }) => story === key);
    const story = snapshot?.status.stories.find((candidate) => candidate.key === key);
    if (asks !== undefined || story?.status !== "running") return asks?.kind === "attached";
    if (Date.now() > deadline) {
      throw new UserError(`${key} does not end its turn.`, ["See what it does: storyboard status"], 1);
    }
    await sleep(LOOK_MS);
  }
};

const open = async ({ command, cwd, env, profile }: Attachment, own: OwnPackage): Promise<number> => {
  const base = withoutOwnTools(process.env, own.root);
  const status = await runAtTerminal({ command, cwd, env: { ...base, ...variablesOf(profile, base), ...env } });
  if (status === 127) {
    throw new UserError(`${command[0]} could not be started.`, ["See whether it is installed: storyboard doctor"], 1);
  }
  return status;
};

/** The person's own environment, and what the profile sets for its agent. */
const variablesOf = ({ env }: AgentProfile, base: Environment): Readonly<Record<string, string | undefined>> =>
  Array.isArray(env) ? Object.fromEntries(env.map((name) => [name, base[name]])) : env;

/** The lead may be another one by now: a session can be open for hours. */
const giveBack = async (
  project: string,
  stored: StoredRun,
  key: StoryKey,
  out: (text: string) => void,
): Promise<void> => {
  const client = await connectLead(project);
  if (client === undefined) {
    out(`Nobody leads run ${stored.file.run} now. ${key} goes on with: storyboard ctl answer ${key} "go on"\n`);
    return;
  }
  try {
    const reply = await client.command({ type: "detach", story: key });
    if (reply.ok) out(`${key} goes on.\n`);
  } finally {
    client.close();
  }
};
