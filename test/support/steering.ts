import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { z } from "zod";
import { contractLineSchema, statusDocumentSchema } from "./contract-schemas.ts";
import { agentConfiguration, jsonLines, type Project } from "./project.ts";

/** How long a test waits for what must come, in milliseconds; far more than it takes on a slow machine. */
const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 25;

export type Line = z.infer<typeof contractLineSchema>;
export type Status = z.infer<typeof statusDocumentSchema>;

/** Waits until `look` gives something; fails with what was waited for. */
export const eventually = async <T>(
  what: string,
  look: () => T | Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<NonNullable<T>> => {
  for (const endMs = Date.now() + patienceMs; ; await sleep(LOOK_EVERY_MS)) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found as NonNullable<T>;
    if (Date.now() > endMs) throw new Error(`waited in vain for: ${what}`);
  }
};

/** Every line of a `--json` run, checked against the machine contract. */
export const contractLines = (text: string): Line[] =>
  jsonLines(text).map((line) => {
    const checked = contractLineSchema.safeParse(line);
    if (!checked.success) throw new Error(`${JSON.stringify(line)}\n${checked.error.message}`);
    return checked.data;
  });

/** `status --json`, checked against the machine contract. */
export const statusOf = async (project: Project): Promise<Status> => {
  const { stdout, stderr } = await project.storyboard(["status", "--json"]);
  if (stderr !== "") throw new Error(stderr);
  return statusDocumentSchema.parse(JSON.parse(stdout));
};

/** A story of `status --json`. */
export const storyIn = (status: Status, short: string): Status["stories"][number] => {
  const story = status.stories.find(({ key }) => key === short || key.startsWith(`${short}-`));
  if (story === undefined) throw new Error(`no story ${short}`);
  return story;
};

/** Writes storyboard.yaml with stories as YAML flow mappings, commits, and gives back the project. */
export const writePlain = (project: Project, stories: readonly string[], more = ""): Project =>
  project
    .write("README.md", "made up\n")
    .write("storyboard.yaml", `${agentConfiguration(more)}stories:\n${stories.map((one) => `  - ${one}\n`).join("")}`)
    .commit();

/** Code for the scripted agent: `name` is KEY.PHASE, KEY or PHASE (see scripted-agent.sh). */
export const script = (project: Project, name: string, code: string): void => {
  const path = join(project.base, "scripts", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${code}\n`);
};

/** The environment in which the scripts of `script` are found; GATES is the folder of `gate` and `open`. */
export const scripted = (project: Project, more: Record<string, string> = {}): Record<string, string> => ({
  AGENT_SCRIPT: join(project.base, "scripts"),
  OUT: project.base,
  ...more,
});

/** Shell code that says that it waits at a gate, and waits until `open` is called for it. */
export const gate = (name: string): string =>
  `: > "$OUT/${name}.reached"; while [ ! -e "$OUT/${name}.open" ]; do sleep 0.05; done`;

/** Waits until an agent stands at a gate. */
export const reached = (project: Project, name: string): Promise<unknown> =>
  eventually(`an agent at the gate ${name}`, () => existsSync(join(project.base, `${name}.reached`)));

/** Lets the agents at a gate go on. */
export const open = (project: Project, name: string): void => writeFileSync(join(project.base, `${name}.open`), "");

/** A run that goes on in the background. */
export interface LiveRun {
  readonly pid: number;
  readonly stdin: NodeJS.WritableStream;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  readonly signal: (name: NodeJS.Signals) => void;
}

/** Starts a run of the built program in the background. */
export const live = (project: Project, args: readonly string[], more: Record<string, string> = {}): LiveRun => {
  const child = project.start(args, scripted(project, more));
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const ended = new Promise<number | string>((resolve) => {
    child.on("close", (status, signal) => resolve(status ?? signal ?? "?"));
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("the program did not start");
  return {
    pid,
    stdin: child.stdin,
    stdout: () => out,
    stderr: () => err,
    ended,
    signal: (name) => void process.kill(pid, name),
  };
};

/** Runs `ctl` and gives back what it said and how it ended. */
export const ctl = async (project: Project, ...words: string[]): Promise<{ status: number; text: string }> => {
  const { status, stdout, stderr } = await project.storyboard(["ctl", ...words]);
  return { status, text: stdout + stderr };
};

/** Processes that carry a run's mark in their environment. */
export const processesOf = (run: string): string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`STORYBOARD_RUN=${run}`);
      } catch {
        return false;
      }
    });

/** The prompt of a turn of the newest run: `KEY.ATTEMPT.PHASE-N`. */
export const promptOf = async (project: Project, turn: string): Promise<string> => {
  const { run } = await statusOf(project);
  return project.read(`.storyboard/runs/${run}/jobs/${turn}/prompt.md`);
};

/** Kills what a test left behind, leads and agents, so that a failed test leaves no process and no folder in use. */
export const endRuns = (project: Project): void => {
  if (!existsSync("/proc/self/cwd")) return;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const isOurs = readlinkSync(`/proc/${pid}/cwd`).startsWith(project.base) || isIn(project, pid);
      if (isOurs) process.kill(Number(pid), "SIGKILL");
    } catch {
      // It ended meanwhile, or is not ours to look at.
    }
  }
};

const isIn = (project: Project, pid: string): boolean =>
  readFileSync(`/proc/${pid}/environ`, "utf8").includes(`STORYBOARD_TURN_DIR=${project.path}/`);
