import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import type { Project } from "../../support/project.ts";
import { contractLines, ctl, eventually, live, statusOf, storyIn } from "../../support/steering.ts";

let project: Project;
eachProject((made) => {
  project = made;
  mkdirSync(join(project.base, "bin"));
});

/** An agent program of its own provider. `$OUT` is a folder for signs. */
const agent = (name: string, code: string): string => {
  const path = join(project.base, "bin", name);
  const build =
    'build() { echo "$STORYBOARD_STORY" > "$STORYBOARD_STORY.txt"; git add -A; git commit -q -m "feat($STORYBOARD_STORY): built"; }';
  const log = `echo "${name} $STORYBOARD_STORY $STORYBOARD_ATTEMPT" >> "$OUT/turns"`;
  writeFileSync(path, `#!/bin/sh\ncat > /dev/null\n${build}\n${log}\n${code}\n`);
  chmodSync(path, 0o755);
  return path;
};
const turns = (): string[] => readFileSync(join(project.base, "turns"), "utf8").trimEnd().split("\n");
const write = (agents: string, keys: readonly string[], more = ""): void => {
  const stories = keys.map((key) => `  - { key: ${key}, prompt: x }\n`).join("");
  project
    .write("README.md", "made up\n")
    .write("storyboard.yaml", `agents:\n${agents}pipeline: build\n${more}stories:\n${stories}`)
    .commit();
};
const failed = (cause: string, more = ""): string =>
  `printf '{"t":"failed","cause":"${cause}","message":"as it happens"${more}}\\n'; exit 1`;

test("a usage limit moves new turns to the fallback; no attempt is lost", async () => {
  const limited = agent("limited", failed("rate-limit", `,"untilMs":${Date.now() + 3_600_000}`));
  const spare = agent("spare", "build");
  write(
    `  builder: { cli: command, command: [${limited}], fallback: [spare] }\n  spare: { cli: command, command: [${spare}] }\n`,
    ["a", "b"],
    "max_workers: 1\n",
  );
  const { status, stdout } = await project.storyboard(["run", "--json"], { OUT: project.base });
  expect(status, stdout).toBe(0);
  const lines = contractLines(stdout);
  expect(lines.filter(({ type }) => type === "limit.waiting")).toMatchObject([{ provider: "command limited" }]);
  // The limit was met once: the second story went to the fallback at once.
  expect(turns()).toEqual(["limited a 1", "spare a 1", "spare b 1"]);
  expect(lines.filter(({ type }) => type === "story.ended")).toMatchObject([{ attempts: 1 }, { attempts: 1 }]);
  expect(lines.find(({ type }) => type === "turn.ended")).toMatchObject({ ok: false, cause: "rate-limit" });
});

test("a limit outlives the lead: a run that is stopped and resumed still waits until then, and goes on by itself", async () => {
  const untilMs = Date.now() + 6_000;
  const limited = agent(
    "limited",
    `[ -e "$OUT/met" ] && { build; exit; }; : > "$OUT/met"; ${failed("rate-limit", `,"untilMs":${untilMs}`)}`,
  );
  write(`  builder: { cli: command, command: [${limited}] }\n`, ["a"]);
  const run = live(project, ["run", "--json"]);
  await eventually("the limit", async () => {
    if (!existsSync(join(project.base, "met"))) return false;
    const { waiting_for: waits } = storyIn(await statusOf(project), "a");
    return /^limit command limited until \d\d:\d\d$/.test(waits ?? "");
  });
  await ctl(project, "stop");
  expect(await run.ended).toBe(130);
  const again = live(project, ["run", "--resume", "--json"]);
  expect(await again.ended).toBe(0);
  expect(Date.now()).toBeGreaterThanOrEqual(untilMs);
  expect(turns()).toEqual(["limited a 1", "limited a 1"]);
});

test("an overload lowers what runs at once, and that is said; the stories land all the same", async () => {
  const busy = agent(
    "busy",
    `[ -e "$OUT/$STORYBOARD_STORY.met" ] && { build; exit; }; : > "$OUT/$STORYBOARD_STORY.met"; sleep 0.5; ${failed("overloaded")}`,
  );
  write(`  builder: { cli: command, command: [${busy}] }\n`, ["a", "b", "c", "d"], "max_workers: 4\n");
  const { status, stdout } = await project.storyboard(["run", "--json"], { OUT: project.base });
  expect(status, stdout).toBe(0);
  const lines = contractLines(stdout);
  expect(lines.filter(({ type }) => type === "workers.changed")).toMatchObject([{ max: 4, effective: 2 }]);
  expect(lines.filter(({ type }) => type === "story.ended").map((line) => "attempts" in line && line.attempts)).toEqual(
    [1, 1, 1, 1],
  );
});

test("a login that has expired bars its provider alone: the other's work goes on, and the run stops with what to do", async () => {
  const builder = agent("builder", `[ "$STORYBOARD_STORY" = a ] && { build; exit; }; ${failed("auth")}`);
  const reviewer = agent("reviewer", `sleep 1; printf '\`\`\`json\\n{"verdict":"approved","findings":[]}\\n\`\`\`\\n'`);
  write(
    `  builder: { cli: command, command: [${builder}] }\n  reviewer: { cli: command, command: [${reviewer}] }\n`,
    ["a", "b"],
    "max_workers: 1\n",
  );
  const text = project.read("storyboard.yaml").replace("pipeline: build\n", "");
  project.write("storyboard.yaml", text).commit("reviewed");
  const { status, stdout } = await project.storyboard(["run", "--headless"], { OUT: project.base });
  expect(status, stdout).toBe(3);
  expect(stdout).toContain("command builder cannot be used: BUILD: as it happens");
  expect(storyIn(await statusOf(project), "a").status).toBe("done");
  expect(storyIn(await statusOf(project), "b")).toMatchObject({ status: "queued", attempt: 1 });
});
