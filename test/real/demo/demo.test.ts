import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DEMO_STORIES } from "../../../src/app/demo/stories/demo-stories.ts";
import { contractLineSchema } from "../../support/contract-schemas.ts";
import { jsonLines, type Ran, STORYBOARD, testEnvironment } from "../../support/project.ts";

const LIMIT_MS = 120_000;

/** Holds all that a demo may make: its temporary folder is in `tmp`. */
let base: string;
let tmp: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "storyboard-test-")));
  tmp = join(base, "tmp");
  mkdirSync(tmp);
});
afterEach(() => {
  // Only a test that failed leaves one alive.
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
  execFileSync("chmod", ["-R", "u+w", base]);
  rmSync(base, { recursive: true, force: true, maxRetries: 5 });
});

/** The machine's environment, with a temporary folder of the test's own and pauses left out. */
const environment = (more: Record<string, string | undefined> = {}): NodeJS.ProcessEnv => ({
  ...testEnvironment(join(base, "home"), { TMPDIR: tmp, STORYBOARD_DEMO_PACE: "0" }),
  ...more,
});

const start = (args: readonly string[], env: NodeJS.ProcessEnv = environment(), program = STORYBOARD): ChildProcess =>
  spawn(program, ["demo", ...args], { cwd: base, env, stdio: ["ignore", "pipe", "pipe"] });

/** Waits for the end of a program; `onOutput` sees all of its standard output so far. */
const finish = async (child: ChildProcess, onOutput: (stdout: string) => void = () => {}): Promise<Ran> => {
  children.push(child);
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    onOutput(stdout);
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [status] = await once(child, "close");
  return { status: status ?? -1, stdout, stderr };
};

/** Command lines of living processes that stand in a folder of the test's. */
const livingBelow = (folder: string): string[] =>
  readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const cwd = readlinkSync(`/proc/${pid}/cwd`);
      return cwd.startsWith(folder) && cwd !== base ? [readFileSync(`/proc/${pid}/cmdline`, "utf8")] : [];
    } catch {
      return [];
    }
  });

const keys = DEMO_STORIES.map(({ key }) => key);

test(
  "eight stories are built, and each of the four things happens that a demo has to show",
  async () => {
    // Whatever the machine has as `node` is not used.
    const bin = join(base, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "node"), "#!/bin/sh\necho v20.20.2\nexit 99\n");
    chmodSync(join(bin, "node"), 0o755);
    const env = environment({ PATH: `${bin}:${environment().PATH}` });
    const { status, stdout, stderr } = await finish(start(["--json", "--keep"], env));
    expect(status, stderr).toBe(0);
    const lines = jsonLines(stdout);
    for (const line of lines) contractLineSchema.parse(line);
    const of = (type: string): Record<string, unknown>[] => lines.filter((line) => line.type === type);

    expect(of("story.retrying").map(({ story, attempt }) => [story, attempt])).toEqual([["2-1-scale-recipes", 2]]);
    expect(JSON.stringify(of("story.retrying"))).toContain("gate 'test'");
    const [refusal, ...otherRefusals] = of("landing.refused");
    expect(otherRefusals).toEqual([]);
    expect(refusal).toMatchObject({ story: expect.stringMatching(/^1-[12]-/), files: ["src/index.js"] });
    const refined = of("phase.started").filter(({ phase }) => phase === "REFINE");
    expect(refined.map(({ story }) => story)).toEqual([refusal?.story, "2-2-shopping-list"]);
    const parked = of("story.parked").map(({ story, question }) => `${story}: ${question}`);
    expect(parked).toEqual([expect.stringMatching(/^1-3-convert-units: How large is a cup/)]);
    const done = of("story.ended").filter(({ outcome }) => outcome === "done");
    expect(done.map(({ story }) => story).toSorted()).toEqual(keys);
    expect(of("run.ended")).toMatchObject([{ status: "completed", counts: { total: 8, done: 8 } }]);

    const project = /^storyboard: the demo's project is kept in (.+)\n$/.exec(stderr)?.[1] ?? "";
    expect(readdirSync(tmp).map((name) => join(tmp, name, "recipes"))).toEqual([project]);
    expect(readdirSync(dirname(project))).toEqual(["recipes"]);
    const git = (...args: string[]): string => execFileSync("git", args, { cwd: project, encoding: "utf8" });
    const subjects = git("log", "--format=%s", "main").split("\n");
    const features = subjects.filter((subject) => subject.startsWith("feat("));
    expect(features.map((subject) => subject.slice(5, 8)).toSorted()).toEqual(keys.map((key) => key.slice(0, 3)));
    expect(git("status", "--porcelain")).toBe("");
    expect(git("worktree", "list").trim().split("\n")).toHaveLength(1);
    execFileSync("git", ["fsck", "--strict", "--no-dangling"], { cwd: project, stdio: "pipe" });
    const sprint = readFileSync(join(project, "_bmad-output/implementation-artifacts/sprint-status.yaml"), "utf8");
    for (const key of keys) expect(sprint).toContain(`  ${key}: done\n`);
    const { NODE_OPTIONS: _, ...own } = process.env;
    const tests = execFileSync(process.execPath, ["--test"], { cwd: project, encoding: "utf8", env: own });
    expect(tests).toMatch(/\bpass 27\n[\s\S]*\bfail 0\n/);
    const shown = ["bin/recipes.js", "show", "recipes/pancakes.md", "--serves", "2"];
    expect(execFileSync(process.execPath, shown, { cwd: project, encoding: "utf8" })).toContain("3/4 cup flour");
  },
  LIMIT_MS,
);

test(
  "from a read-only installation, with no home and no configuration, it tells what it shows and leaves nothing behind",
  async () => {
    const root = dirname(dirname(STORYBOARD));
    // The checkout builds itself at its first call.
    execFileSync(STORYBOARD, ["--version"], { env: environment() });
    const installed = join(base, "installed");
    for (const part of ["bin", "dist/storyboard.mjs", "package.json"]) {
      cpSync(join(root, part), join(installed, part), { recursive: true });
    }
    execFileSync("chmod", ["-R", "a-w", installed]);
    const before = execFileSync("find", [installed, "-printf", "%p %T@\n"], { encoding: "utf8" });
    const PATH = `${dirname(process.execPath)}:${environment().PATH}`;
    const env = environment({ PATH, HOME: undefined, XDG_STATE_HOME: undefined, XDG_CONFIG_HOME: "/dev/null/none" });
    const { status, stdout, stderr } = await finish(start([], env, join(installed, "bin/storyboard")));
    expect(stderr).toBe("");
    expect(status, stdout).toBe(0);
    expect(stdout).toMatch(/^\nstoryboard demo: a small sprint/);
    expect(stdout).toContain("▸ The demo answers 1-3: metric: 250 ml\n");
    expect(stdout.match(/^ {2}Criteria: (\d)\/\1 proven$/gm)).toHaveLength(8);
    expect(stdout).toMatch(/⚠ 1-[12] did not land: conflict in src\/index\.js\n🔧 1-[12] goes back to its builder/);
    const conclusion = stdout.slice(stdout.indexOf("What you saw:"));
    expect(conclusion).toContain("8 of 8 stories are done");
    for (const story of ["1-3 asked", "2-1 said", "2-2 passed", "did not land"]) expect(conclusion).toContain(story);
    expect(conclusion).toContain("What to try next:\n  storyboard demo --keep");
    expect(readdirSync(tmp)).toEqual([]);
    expect(execFileSync("find", [installed, "-printf", "%p %T@\n"], { encoding: "utf8" })).toBe(before);
  },
  LIMIT_MS,
);

test.each([
  ["before the first story", "storyboard demo:", "SIGINT"],
  ["while agents work", "LIVE FEED", "SIGINT"],
  ["while a story asks", "WAITS FOR YOU", "SIGTERM"],
] as const)(
  "interrupted %s, it ends in order and leaves nothing behind",
  async (_, seen, signal) => {
    const child = start([], environment({ STORYBOARD_DEMO_PACE: "1" }));
    let isSent = false;
    const { status, stdout } = await finish(child, (sofar) => {
      if (isSent || !sofar.includes(seen)) return;
      isSent = true;
      child.kill(signal);
    });
    expect(isSent).toBe(true);
    expect(status, stdout).toBe(130);
    expect(stdout).not.toContain("What you saw:");
    expect(stdout).toMatch(/\nThe demo was stopped\. .*\n$/);
    expect(readdirSync(tmp)).toEqual([]);
    expect(livingBelow(tmp)).toEqual([]);
  },
  LIMIT_MS,
);

test(
  "with --project it is made there; stopped, it can be resumed, and at its end it stays without anything beside it",
  async () => {
    const beside = (): string[] => readdirSync(base).filter((name) => name !== "home" && name !== "tmp");
    const child = start(["--project", "mine"]);
    let isSent = false;
    const { stderr } = await finish(child, (sofar) => {
      if (isSent || !sofar.includes("BUILD")) return;
      isSent = true;
      child.kill("SIGINT");
    });
    const project = join(base, "mine");
    expect(stderr).toContain(`the demo's project is kept in ${project}, its worktrees below ${base}/.storyboard-demo-`);
    expect(readdirSync(tmp)).toEqual([]);
    const resume = spawn(STORYBOARD, ["run", "--resume", "--json", "--project", project], {
      env: environment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    // Nobody answers this one, so it does not come to its end.
    const landed = /"type":"story.ended","story":"1-[12]-[^}]*"outcome":"done"/;
    const resumed = await finish(resume, (sofar) => {
      if (landed.test(sofar)) resume.kill("SIGINT");
    });
    expect(resumed.stdout).toMatch(landed);

    const again = await finish(start(["--project", "mine"]));
    expect(again.status).toBe(2);
    expect(again.stderr).toContain(`${project} is not empty`);
    expect(existsSync(join(project, "storyboard.yaml"))).toBe(true);

    for (const name of beside()) rmSync(join(base, name), { recursive: true });
    expect((await finish(start(["--project", "new/er"]))).status).toBe(0);
    expect(beside()).toEqual(["new"]);
    expect(readdirSync(join(base, "new"))).toEqual(["er"]);
    expect(readFileSync(join(base, "new/er/src/units.js"), "utf8")).toContain('["cup", 250]');
  },
  LIMIT_MS,
);
