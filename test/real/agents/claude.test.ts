import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { jsonLines, Project, writeSprint } from "../../support/project.ts";

vi.setConfig({ testTimeout: 90_000 });

const FAKE_CLAUDE = join(import.meta.dirname, "../../fixtures/agent/fake-claude.sh");
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

let project: Project;
let path: string;

beforeEach(() => {
  project = new Project();
  const programs = join(project.base, "programs");
  mkdirSync(programs);
  mkdirSync(join(project.home, "script"));
  copyFileSync(FAKE_CLAUDE, join(programs, "claude"));
  chmodSync(join(programs, "claude"), 0o755);
  path = `${programs}:${project.environment().PATH}`;
});
afterEach(() => project.remove());

/** Has the phase's next turn do something else than its work. */
const once = (name: string): void => writeFileSync(join(project.home, "script", name), "");

const run = (args: readonly string[] = [], more: Record<string, string> = {}) =>
  project.storyboard(["run", "--headless", ...args], { PATH: path, ...more });

interface Call {
  readonly phase: string;
  readonly args: readonly string[];
  readonly begins?: string | undefined;
  readonly continues?: string | undefined;
}

const calls = (): Call[] =>
  readFileSync(join(project.home, "calls"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [, phase = "", ...args] = line.split(" ");
      const after = (option: string): string | undefined =>
        args.includes(option) ? args[args.indexOf(option) + 1] : undefined;
      return { phase, args, begins: after("--session-id"), continues: after("--resume") };
    });

test("without any agent configured, an installed claude builds, is reviewed, refines in its own session and lands", async () => {
  writeSprint(project, [{ key: "1-1-base" }], { configuration: "gates: { commands: { test: 'true' } }\n" });
  project.commit();
  const { status, stdout, stderr } = await run([], {
    ANTHROPIC_API_KEY: "key",
    CLAUDECODE: "1",
    OTHER_SECRET: "never-passed-on",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);

  expect(stdout).toContain("Builder: builder (claude, the program's own default model)");
  expect(stdout).toMatch(/Note: no agent is configured: claude builds, because it is installed \(\S+\/claude\)/);
  expect(stdout).toContain("1/1 succeeded");
  expect(stdout).toContain("$1.00");
  expect(stdout).toMatch(/BUILD\s+Bash git commit/);

  const made = calls();
  expect(made.map(({ phase }) => phase)).toEqual(["BUILD", "VERIFY", "REFINE", "VERIFY"]);
  const [build, verify, refine, again] = made;
  expect(build?.begins).toMatch(UUID);
  expect(verify?.begins).toMatch(UUID);
  expect(verify?.begins).not.toBe(build?.begins);
  expect(refine?.continues).toBe(build?.begins);
  expect(again?.continues).toBe(verify?.begins);

  expect(build?.args.join(" ")).toContain("--permission-mode acceptEdits");
  expect(build?.args.join(" ")).toContain("Bash(true:*)");
  expect(verify?.args.join(" ")).toContain("--permission-mode default");
  expect(readFileSync(join(project.home, "prompt.REFINE"), "utf8")).toContain("no second line");

  const environment = readFileSync(join(project.home, "env.BUILD"), "utf8");
  expect(environment).toContain("ANTHROPIC_API_KEY=key\n");
  expect(environment).toContain("DISABLE_AUTOUPDATER=1\n");
  expect(environment).not.toMatch(/CLAUDECODE|never-passed-on/);

  expect(project.read("src/1-1-base.txt")).toBe("BUILD\nREFINE\n");
  expect(project.git("status", "--porcelain")).toBe("");
});

test("a turn that died before its first line is continued by the id that we chose", async () => {
  writeSprint(project, [{ key: "1-1-base" }], {
    configuration: "agents: { builder: { cli: claude, model: sonnet } }\npipeline: build\ngates: { commands: {} }\n",
  });
  project.commit();
  once("BUILD.crash");
  const { status, stdout } = await run(["--json"]);
  expect(status).toBe(0);
  const [first, second, ...rest] = calls();
  expect(rest).toEqual([]);
  expect(first?.begins).toMatch(UUID);
  expect(second?.continues).toBe(first?.begins);
  expect(second?.args.join(" ")).toContain("--model sonnet");
  expect(readFileSync(join(project.home, "prompt.BUILD"), "utf8")).toMatch(/^RESUME: your last turn was cut off/);
  const ended = jsonLines(stdout).filter(({ type }) => type === "turn.ended");
  expect(ended).toMatchObject([
    { ok: false, session: first?.begins, usage: { tokens: null, usd: null } },
    { ok: true, session: first?.begins, usage: { tokens: 130, usd: 0.25 } },
  ]);
  // Nobody's fault but the environment's.
  expect(jsonLines(stdout).find(({ type }) => type === "story.ended")).toMatchObject({ outcome: "done", attempts: 1 });
});

test("a usage limit is waited for and costs nothing; a session that is gone is replaced by a fresh one", async () => {
  writeSprint(project, [{ key: "1-1-base" }], {
    configuration: "agents: { builder: { cli: claude } }\npipeline: build\ngates: { commands: {} }\n",
  });
  project.commit();
  once("BUILD.limit");
  const { status, stdout } = await run(["--json"]);
  expect(status).toBe(0);
  const lines = jsonLines(stdout);
  expect(lines.find(({ type }) => type === "limit.waiting")).toMatchObject({ provider: "claude" });
  expect(lines.find(({ type }) => type === "story.ended")).toMatchObject({ outcome: "done", attempts: 1 });
  const [first, lost, fresh] = calls();
  expect(lost?.continues).toBe(first?.begins);
  expect(fresh?.begins).toMatch(UUID);
  expect(fresh?.begins).not.toBe(first?.begins);
});

test("one that does not leave after its result is stopped, and its result counts", async () => {
  writeSprint(project, [{ key: "1-1-base" }], {
    configuration: "agents: { builder: { cli: claude } }\npipeline: build\ngates: { commands: {} }\n",
  });
  project.commit();
  once("BUILD.linger");
  const { status, stdout } = await run(["--json"]);
  expect(status).toBe(0);
  expect(calls()).toHaveLength(1);
  expect(jsonLines(stdout).filter(({ type }) => type === "turn.ended")).toMatchObject([{ ok: true }]);
});

test("a claude that is not installed is named before anything starts, with how to get it", async () => {
  writeSprint(project, [{ key: "1-1-base" }], {
    configuration: "agents: { builder: { cli: claude } }\ngates: { commands: {} }\n",
  });
  project.commit();
  for (const configuration of [undefined, "gates: { commands: {} }\n"]) {
    if (configuration !== undefined) project.write("storyboard.yaml", configuration);
    const { status, stderr } = await project.storyboard(["run", "--headless"]);
    expect(status).toBe(2);
    expect(stderr).toContain("Install Claude Code (npm install -g @anthropic-ai/claude-code)");
  }
  expect(existsSync(join(project.path, ".storyboard", "runs"))).toBe(false);
});
