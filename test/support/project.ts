import { execFile, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The built program as a user calls it. */
export const STORYBOARD = join(ROOT, "bin", "storyboard");

/** What a program printed and how it ended. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Environment of a test's programs: a state folder of its own, nothing of the surrounding npm, and no real agent that a
 * project without agents would choose.
 */
export const testEnvironment = (home: string, more: Record<string, string> = {}): NodeJS.ProcessEnv => {
  const { PATH = "" } = process.env;
  const isNpms = (entry: string): boolean => /\/node_modules\/\.bin$|\/node-gyp-bin$/.test(entry);
  const hasAgent = (entry: string): boolean =>
    ["claude", "codex", "opencode", "gemini"].some((name) => existsSync(join(entry, name)));
  const own = PATH.split(":").filter((entry) => !entry.startsWith(ROOT) && !isNpms(entry) && !hasAgent(entry));
  return {
    PATH: own.join(":"),
    HOME: home,
    XDG_STATE_HOME: join(home, "state"),
    XDG_CONFIG_HOME: join(home, "config"),
    // One cache for all tests, else each would compile the program anew.
    NODE_COMPILE_CACHE: join(tmpdir(), "storyboard-test-cache"),
    STORYBOARD_LAUNCHER_SET: "NODE_COMPILE_CACHE",
    LANG: "C.UTF-8",
    ...more,
  };
};

/** Runs a program to its end, with nothing on its stdin. Never rejects for its exit status; -1 is a signal's, or none. */
export const runProgram = (
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly timeout?: number },
): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(program, [...args], { maxBuffer: 64 * 1024 * 1024, ...options }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ status, stdout, stderr });
    }).stdin?.end();
  });

/** A project in a temporary folder: a git repository with files, and a home of its own. */
export class Project {
  readonly base: string;
  readonly path: string;
  readonly home: string;

  constructor(name = "project", base = mkdtempSync(join(tmpdir(), "storyboard-test-"))) {
    this.base = realpathSync(base);
    this.path = join(this.base, name);
    this.home = join(this.base, "home");
    mkdirSync(this.path, { recursive: true });
    mkdirSync(this.home, { recursive: true });
  }

  write(path: string, text: string | Uint8Array): this {
    mkdirSync(dirname(join(this.path, path)), { recursive: true });
    writeFileSync(join(this.path, path), text);
    return this;
  }

  read(path: string): string {
    return readFileSync(join(this.path, path), "utf8");
  }

  git(...args: string[]): string {
    return execFileSync("git", args, { cwd: this.path, encoding: "utf8", env: this.environment() }).trimEnd();
  }

  /** Makes the repository and commits everything that was written. */
  commit(message = "start"): this {
    this.git("init", "-q", "-b", "main");
    this.git("config", "user.name", "Test");
    this.git("config", "user.email", "test@localhost");
    this.git("add", "-A");
    this.git("commit", "-q", "-m", message);
    return this;
  }

  environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
    return testEnvironment(this.home, more);
  }

  /** Runs the built program to its end. Never rejects for its exit status. */
  storyboard(args: readonly string[], more: Record<string, string> = {}, timeoutMs = 60_000): Promise<Ran> {
    return runProgram(STORYBOARD, args, { cwd: this.path, env: this.environment(more), timeout: timeoutMs });
  }

  /** Starts the built program and leaves it running, in a process group of its own. */
  start(args: readonly string[], more: Record<string, string> = {}) {
    return spawn(STORYBOARD, [...args], {
      cwd: this.path,
      env: this.environment(more),
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
  }

  remove(): void {
    rmSync(this.base, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** One story of a BMAD project that a test makes up. */
export interface MadeStory {
  readonly key: string;
  readonly status?: string;
  readonly after?: readonly string[];
  readonly tasks?: number;
  /** Lines to be added to the story file. */
  readonly more?: string;
}

/**
 * Writes a BMAD sprint: sprint-status.yaml and a file for each story in `folder`, an agent program (see
 * test/fixtures/agent/scripted-agent.sh) and a configuration that uses it. Nothing is committed.
 */
export const writeSprint = (
  project: Project,
  stories: readonly MadeStory[],
  settings: { readonly folder?: string; readonly configuration?: string } = {},
): void => {
  const folder = settings.folder ?? "_bmad-output/implementation-artifacts";
  const epics = [...new Set(stories.map(({ key }) => key.split("-")[0]))];
  const lines = epics.flatMap((epic) => [
    `  epic-${epic}: backlog`,
    ...stories
      .filter(({ key }) => key.split("-")[0] === epic)
      .map(({ key, status }) => `  ${key}: ${status ?? "ready-for-dev"}`),
    `  epic-${epic}-retrospective: optional`,
  ]);
  project.write(
    `${folder}/sprint-status.yaml`,
    `generated: 05-06-2025 21:30\nlast_updated: 05-06-2025 21:30\nproject: Made Up\nproject_key: NOKEY\ntracking_system: file-system\nstory_location: "${folder}"\n\ndevelopment_status:\n${lines.join("\n")}\n`,
  );
  for (const made of stories) project.write(`${folder}/${made.key}.md`, storyText(made));
  project.write("storyboard.yaml", settings.configuration ?? agentConfiguration());
};

/** The configuration that has the scripted agent build and review. */
export const agentConfiguration = (more = ""): string =>
  `agents:\n  builder: { cli: command, command: [sh, "${join(ROOT, "test/fixtures/agent/scripted-agent.sh")}"] }\ngates: { commands: {} }\n${more}`;

const storyText = ({ key, status, after = [], tasks = 2, more = "" }: MadeStory): string => {
  const [epic, number] = key.split("-");
  const depends =
    after.length === 0
      ? ""
      : `\n**Depends on:** ${after.map((other) => `Story ${other.split("-").slice(0, 2).join(".")}`).join(", ")}\n`;
  const list = Array.from({ length: tasks }, (_, i) => `- [ ] Task ${i + 1} (AC: 1)`).join("\n");
  return `# Story ${epic}.${number}: ${key}\n\nStatus: ${status ?? "ready-for-dev"}\n\n## Story\nAs a tester, I want ${key}.\n${depends}${more}\n## Acceptance Criteria\n1. It is there.\n\n## Tasks / Subtasks\n${list}\n\n## Dev Agent Record\n### File List\n`;
};

/** The JSON lines of a `--json` run. */
export const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
