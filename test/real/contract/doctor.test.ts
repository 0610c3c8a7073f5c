import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { identityOf } from "../../../src/core/jobs/process-identity.ts";
import { displayWidth } from "../../../src/core/model/display-width.ts";
import { Project, writeSprint } from "../../support/project.ts";

let project: Project;
let programs: string;

beforeEach(() => {
  project = new Project();
  programs = join(project.base, "programs");
  mkdirSync(programs);
});
afterEach(() => project.remove());

const install = (name: string, script: string): string => {
  const path = join(programs, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
};

const CLAUDE = (isLoggedIn: boolean, version = "2.1.328"): string =>
  `case $1 in --version) echo '${version} (Claude Code)' ;; *) echo '{"loggedIn":${isLoggedIn},"authMethod":"claude.ai"}' ;; esac`;

const text = z.string().min(1);
const documentSchema = z.strictObject({
  v: z.literal(1),
  ok: z.boolean(),
  findings: z.array(
    z.strictObject({
      area: z.enum([
        "agents",
        "git",
        "run",
        "configuration",
        "backlog",
        "gates",
        "set-up",
        "worktrees",
        "node",
        "terminal",
        "notify",
      ]),
      subject: text,
      state: z.enum(["ok", "note", "problem"]),
      text,
      remedy: text.optional(),
    }),
  ),
  agents: z.array(
    z.strictObject({
      profile: text.nullable(),
      uses: z.array(z.enum(["builds", "reviews", "stands in"])),
      cli: text,
      program: text.nullable(),
      path: text.nullable(),
      version: text.nullable(),
      login: z.enum(["logged-in", "logged-out", "unknown"]).nullable(),
      calls: z.strictObject({ build: text.nullable(), verify: text.nullable() }),
    }),
  ),
});

const environment = (more: Record<string, string> = {}): Record<string, string> => ({
  PATH: `${programs}:${project.environment().PATH}`,
  ...more,
});

/** What the doctor finds; `shown` are its findings in short. */
const doctor = async (more: Record<string, string> = {}) => {
  const { status, stdout, stderr } = await project.storyboard(["doctor", "--json"], environment(more));
  expect(stderr).toBe("");
  const document = documentSchema.parse(JSON.parse(stdout));
  expect(document.ok).toBe(status === 0);
  expect(document.ok).toBe(document.findings.every(({ state }) => state !== "problem"));
  const shown = document.findings.map(({ area, subject, state, text }) => `${state} ${area} ${subject}: ${text}`);
  return { status, document, shown, problems: document.findings.filter(({ state }) => state === "problem") };
};

/** Every file of the project and of the home, with its content and its times. */
const everything = (): unknown =>
  [project.path, project.home].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path, statSync(path).mtimeMs, statSync(path).size]),
  );

test("a healthy project: it says what a run would do, ends with 0, and leaves everything as it was", async () => {
  const path = install("claude", CLAUDE(true));
  writeSprint(project, [{ key: "1-1-base" }, { key: "1-2-next", status: "backlog" }], {
    configuration: "agents: { builder: { cli: claude, model: sonnet } }\ngates: { commands: { test: npm test } }\n",
  });
  project.commit();
  const before = everything();
  const { status, document, shown } = await doctor();
  expect(status).toBe(0);
  expect(shown).toContain(`ok agents builder: builds, reviews: claude 2.1.328 (${path})`);
  expect(shown).toContain("ok agents builder: logged in (claude.ai)");
  expect(shown).toContainEqual(expect.stringMatching(/^ok gates test: npm test \(.+\)$/));
  expect(shown).toContain(`ok configuration files: read: ${join(project.path, "storyboard.yaml")}`);
  expect(shown.join("\n")).toMatch(
    /^ok backlog source: .*sprint-status\.yaml: 2 stories \(1 ready-for-dev, 1 backlog\)$/m,
  );
  expect(shown.join("\n")).toMatch(/^ok backlog stories: a run would take 1-1-base$/m);
  expect(shown.join("\n")).toMatch(/^ok git repository: stories land on main, at [0-9a-f]{7}/m);
  expect(document.agents[0]).toMatchObject({
    profile: "builder",
    uses: ["builds", "reviews"],
    cli: "claude",
    program: "claude",
    path,
    version: "2.1.328",
    login: "logged-in",
  });
  expect(document.agents[0]?.calls.build).toMatch(
    /^(?:[A-Z_]+=\S+ )+.*claude.* -p .*acceptEdits.*'Bash\(npm test:\*\)'.*--model sonnet.* < PROMPT$/,
  );
  expect(document.agents[0]?.calls.verify).toMatch(/--permission-mode default/);
  expect(everything()).toEqual(before);
  expect(existsSync(join(project.path, ".storyboard"))).toBe(false);
  expect(project.git("worktree", "list").split("\n")).toHaveLength(1);
});

test("its text is readable at 80 columns, and has no escapes", async () => {
  install("claude", CLAUDE(false, "2.0.1"));
  writeSprint(project, [{ key: "1-1-base" }], { configuration: "max_workers: 2\n" });
  project.commit();
  const { status, stdout, stderr } = await project.storyboard(["doctor"], environment({ COLUMNS: "80" }));
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  // Paths and words of a command are never cut, so that they can be copied.
  const tooLong = stdout.split("\n").filter((line) => displayWidth(line) > 80 && /\S\s+\S+\s+\S/.test(line.trim()));
  expect(tooLong).toEqual([]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none
  expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  expect(stdout).toMatch(/^Agents\n {2}💡 choice /);
  expect(stdout).toMatch(/❌ builder +not logged in/);
  expect(stdout).toMatch(/older\s+than\s+2\.1\.328/);
  expect(stdout).toMatch(/→ Start claude once and log in/);
  expect(stdout).toMatch(/\nA run cannot start: 1 problem, \d+ notes\.\n$/);
});

test("programs that hang, print without end, print garbage or want a terminal hold nothing up", async () => {
  writeSprint(project, [{ key: "1-1-base" }], {
    configuration:
      "agents: { builder: { cli: claude }, reviewer: { cli: codex }, spare: { cli: opencode } }\ngates: { commands: {} }\n",
  });
  install("claude", "read -r x < /dev/tty; exec head -c 4000 /dev/urandom");
  install("codex", "trap '' TERM INT HUP; sleep 60 & sleep 60");
  install("opencode", "exec yes 'opencode 1.0.0'");
  project.commit();
  const before = Date.now();
  const { status, shown } = await doctor();
  expect(Date.now() - before).toBeLessThan(20_000);
  expect(status).toBe(0);
  for (const name of ["builder", "reviewer", "spare"]) {
    expect(shown.join("\n")).toMatch(new RegExp(`^note agents ${name}: .*it did not say its version$`, "m"));
  }
});

test("without a configuration the first usable agent builds and the second reviews; keys are never shown", async () => {
  install("claude", CLAUDE(false));
  const codex = install("codex", "[ \"$1\" = --version ] && echo 'codex-cli 0.1.0'");
  writeSprint(project, [{ key: "1-1-base" }], { configuration: "gates: { commands: {} }\n" });
  project.commit();
  const passedOver = await doctor();
  expect(passedOver.status).toBe(0);
  expect(passedOver.shown).toContain(
    `note agents choice: no agent is configured: codex builds, because it is installed (${codex})`,
  );
  expect(passedOver.document.agents[0]).toMatchObject({ profile: "builder", cli: "codex", version: "0.1.0" });
  expect(passedOver.shown.join("\n")).toMatch(
    /^note agents builder: .*older than 0\.169\.0, with which storyboard is tested$/m,
  );
  const both = await doctor({ ANTHROPIC_API_KEY: "sk-ant-abcdefghijklmnopqrs" });
  expect(both.document.agents.slice(0, 2).map(({ profile, cli }) => [profile, cli])).toEqual([
    ["builder", "claude"],
    ["reviewer", "codex"],
  ]);
  expect(both.document.agents[0]?.login).toBe("logged-in");
  expect(JSON.stringify(both.document)).not.toContain("abcdefghijklmnopqrs");
});

test("every problem has a remedy, and all of them come at once", async () => {
  project.write(
    "storyboard.yaml",
    "agents: { builder: { cli: claude } }\nevidence: { gates: [tset] }\ngates: { commands: auto }\n",
  );
  project.write("package.json", '{"scripts":{"test":"true"}}').commit();
  const { status, problems, shown } = await doctor();
  expect(status).toBe(1);
  expect(problems.map(({ area }) => area)).toEqual(["agents", "backlog", "gates"]);
  for (const problem of problems) expect(problem.remedy).toMatch(/\S/);
  expect(shown.join("\n")).toContain(
    "problem agents builder: The agent builder cannot be started: the program claude was not found",
  );
  expect(shown.join("\n")).toContain("problem backlog source: No backlog found");
});

test.each([
  ["a configuration with mistakes", "max_wrokers: 2\nmax_retry_per_story: no\n", "configuration", /max_workers/],
  ["a worktree root that is a file", 'worktree: { root: "storyboard.yaml" }\n', "worktrees", /no folder/],
  [
    "a cycle",
    "stories: [{ key: a, prompt: x, depends_on: [b] }, { key: b, prompt: x, depends_on: [a] }]\n",
    "backlog",
    /a/,
  ],
])("%s is a problem with its place", async (_, settings, area, words) => {
  install("claude", CLAUDE(true));
  writeSprint(project, [{ key: "1-1-base" }], { configuration: settings });
  project.commit();
  const { status, problems } = await doctor();
  expect(status).toBe(1);
  expect(problems.map((problem) => problem.area)).toEqual([area]);
  expect(problems[0]?.text).toMatch(words);
});

test("outside of a repository, and with a rebase left in it: what git needs is said, and the rest is looked at all the same", async () => {
  install("claude", CLAUDE(true));
  writeSprint(project, [{ key: "1-1-base" }], { configuration: "gates: { commands: {} }\n" });
  const outside = await doctor();
  expect(outside.problems).toMatchObject([
    { area: "git", subject: "repository", remedy: expect.stringContaining("git init") },
  ]);
  expect(outside.shown.join("\n")).toContain("ok backlog stories: a run would take 1-1-base");
  project.commit();
  mkdirSync(join(project.path, ".git/rebase-merge"));
  const rebase = await doctor();
  expect(rebase.problems).toMatchObject([{ area: "git", text: expect.stringContaining("A rebase is in progress") }]);
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s in the middle ends it and the programs that it asks, and leaves nothing",
  async (signal) => {
    const tmp = join(project.base, "tmp");
    mkdirSync(tmp);
    const log = join(project.base, "pids");
    for (const name of ["claude", "codex", "opencode", "gemini"]) {
      install(name, `trap '' TERM INT HUP; touch "$TMPDIR/left"; echo $$ >> "${log}"; sleep 60`);
    }
    const child = project.start(["doctor"], environment({ TMPDIR: tmp }));
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const pids = (): number[] => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").map(Number) : []);
    await expect.poll(() => pids().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    const ended = once(child, "close");
    child.kill(signal);
    expect(await ended).toEqual([null, signal]);
    expect(stderr).toBe("");
    await expect.poll(() => pids().filter((pid) => identityOf(pid) !== undefined)).toEqual([]);
    expect(readdirSync(tmp).filter((name) => name.startsWith("storyboard-ask-"))).toEqual([]);
  },
);

test("wrong usage ends with 2", async () => {
  for (const args of [
    ["doctor", "now"],
    ["doctor", "--fresh"],
    ["doctor", "--project", "/nowhere/at/all"],
  ]) {
    expect(await project.storyboard(args, environment())).toMatchObject({ status: 2, stdout: "" });
  }
});

test("a start refuses an agent that is logged out before anything is made, and plan shows it all the same", async () => {
  install("claude", CLAUDE(false));
  writeSprint(project, [{ key: "1-1-base" }], { configuration: "gates: { commands: {} }\n" });
  project.commit();
  const { status, stdout, stderr } = await project.storyboard(["run"], environment());
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(
    /^storyboard: The agent builder cannot work: claude is not logged in .*\n {2}Start claude once and log in .*\n {2}See .*storyboard doctor\n$/,
  );
  expect(existsSync(join(project.path, ".storyboard"))).toBe(false);
  expect(project.git("status", "--porcelain")).toBe("");
  for (const args of [["plan"], ["run", "--dry-run"]]) {
    expect((await project.storyboard(args, environment())).status).toBe(0);
  }
});

test("a login that was good is asked for once an hour", async () => {
  const log = join(project.home, "asked");
  install("claude", `echo "$*" >> "${log}"; echo '{"loggedIn":true}'`);
  const builder = join(import.meta.dirname, "../../fixtures/agent/scripted-agent.sh");
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b" }, { key: "1-3-c" }], {
    configuration: `agents:\n  builder: { cli: command, command: [sh, "${builder}"], fallback: [spare] }\n  spare: { cli: claude }\npipeline: build\ngates: { commands: {} }\n`,
  });
  project.commit();
  const start = async (key: string): Promise<readonly string[]> => {
    const { status, stderr } = await project.storyboard(["run", "--stories", key], environment());
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    return readFileSync(log, "utf8").trim().split("\n");
  };
  // Before the first run there is no folder of ours to remember it in.
  expect(await start("1-1")).toEqual(["auth status"]);
  expect(await start("1-2")).toHaveLength(2);
  expect(await start("1-3")).toHaveLength(2);
});
