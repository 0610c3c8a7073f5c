import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { contractLineSchema } from "../../support/contract-schemas.ts";
import { agentConfiguration, jsonLines, Project, writeSprint } from "../../support/project.ts";
import { FOLDER, scripted, TOGETHER_THEN, turnsOf } from "../landing/support.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.remove());

const KEY = "1-1-a";

interface Setting {
  readonly criteria?: "off" | "warn" | "require";
  readonly gates?: string;
  readonly more?: string;
}

const configuration = ({ criteria = "warn", gates = "{ commands: {} }", more = "" }: Setting): string =>
  `${agentConfiguration().replace("gates: { commands: {} }", `gates: ${gates}`)}evidence: { criteria: ${criteria} }\npipeline: build\n${more}`;

/** One story whose four criteria are numbered from 1. */
const oneStory = (setting: Setting = {}): void => {
  writeSprint(project, [{ key: KEY }], { configuration: configuration(setting) });
  const path = `${FOLDER}/${KEY}.md`;
  project.write(
    path,
    project.read(path).replace("1. It is there.", "1. It is there.\n2. It is green.\n3. It is fast.\n4. It is nice."),
  );
  project.write("old.txt", "old\n").commit();
};

/** sh code of a builder that claims these checks after its work. */
const claiming = (claims: readonly object[], before = ""): string => {
  const block = JSON.stringify({ files: [], criteria: claims });
  return `${before}\nbuild\ncat <<'END'\n\n\`\`\`json\n${block}\n\`\`\`\nEND\n`;
};

const run = async (scripts: Record<string, string>, more: Record<string, string> = {}) => {
  const environment = { ...scripted(project, scripts), ...more };
  const { status, stdout, stderr } = await project.storyboard(["run", "--headless", "--json"], environment);
  const lines = jsonLines(stdout).map((line) => contractLineSchema.parse(line));
  const checked = lines.flatMap((line) => (line.type === "evidence.checked" ? [line] : []));
  return { status, stderr, stdout, checked };
};

/** The card as `logs` and the plain output have it: of a run that is over. */
const journal = (): { rows: { id: string; state: string; why?: string }[]; text: string } => {
  const runs = join(project.path, ".storyboard/runs");
  const text = readFileSync(join(runs, readdirSync(runs).sort().at(-1)!, "journal.jsonl"), "utf8");
  const results = jsonLines(text).flatMap(({ event }) => {
    const { result } = event as { result?: { criteria?: { rows: { id: string; state: string; why?: string }[] } } };
    return result?.criteria === undefined ? [] : [result.criteria.rows];
  });
  return { rows: results.at(-1) ?? [], text };
};
const states = (): Record<string, string> => Object.fromEntries(journal().rows.map(({ id, state }) => [id, state]));
const why = (id: string): string => journal().rows.find((row) => row.id === id)?.why ?? "";

test("a check that fails on the baseline and passes on the work proves its criterion; the lies beside it do not", async () => {
  oneStory();
  const { status, checked, stdout } = await run({
    [`${KEY}.BUILD`]: claiming([
      { id: "AC1", check: `test -e src/${KEY}.txt` },
      { id: "2", check: "true" },
      { id: 3, check: "echo broken; false" },
      { id: "4", check: null, why: "taste" },
      { id: "36-3/1", check: "touch ran-for-nobody" },
    ]),
  });
  expect(status, stdout).toBe(0);
  expect(states()).toEqual({ 1: "proven", 2: "unproven", 3: "unproven", 4: "not-checkable" });
  expect(why("2")).toContain("passes on the baseline, too");
  expect(why("3")).toContain("fails: broken");
  expect(checked.at(-1)).toMatchObject({
    missing: [],
    criteria: { total: 4, claimed: 4, proven: 1, unproven: 2, not_checkable: 1 },
  });
  expect(journal().text).toContain("'36-3/1': no acceptance criterion of this story");
  const shown = JSON.parse((await project.storyboard(["status", "--json"])).stdout);
  expect(shown.stories[0].criteria).toEqual({ total: 4, claimed: 4, proven: 1, unproven: 2, not_checkable: 1 });
});

test("the card counts what is proven and says why the rest is not", async () => {
  oneStory();
  const environment = scripted(project, {
    [`${KEY}.BUILD`]: claiming([
      { id: "1", check: `test -e src/${KEY}.txt` },
      { id: "2", check: "true" },
      { id: "4", check: "manual", why: "taste" },
    ]),
  });
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status, stdout).toBe(0);
  expect(stdout).toContain("Criteria: 1/4 proven, 2 claimed (1 not checkable), 1 unclaimed\n");
  expect(stdout).toMatch(/^ {4}2 not proven: its check passes on the baseline, too: it shows nothing$/m);
  expect(stdout).toMatch(/^ {4}4 not checkable: taste$/m);
});

test("required: what is not proven goes back to the builder by name, and lands when it is", async () => {
  oneStory({ criteria: "require" });
  const rest = ["3", "4"].map((id) => ({ id, check: null, why: "taste" }));
  const proven = { id: "1", check: `test -e src/${KEY}.txt` };
  const first = claiming([proven, { id: "2", check: "true" }, ...rest]);
  const second = claiming([{ id: "2", check: `grep -q better src/${KEY}.txt` }], "better() { :; }").replace(
    "\nbuild\n",
    `\necho better >> src/${KEY}.txt; git commit -qam "feat(1-1): better"\n`,
  );
  const { status, checked, stdout } = await run({
    [`${KEY}.BUILD`]: `if [ "$STORYBOARD_ATTEMPT" = 1 ]; then\n${first}\nelse\n${second}\nfi\n`,
  });
  expect(status, stdout).toBe(0);
  expect(checked.map(({ missing }) => missing)).toEqual([
    [
      'acceptance criterion 2 "It is green." is not proven: its check passes on the baseline, too: it shows nothing (`true`); write a check that fails without your work',
    ],
    [],
  ]);
  expect(states()).toEqual({ 1: "proven", 2: "proven", 3: "not-checkable", 4: "not-checkable" });
});

test("required: a criterion that nobody speaks of is missing, and so is one said not to be checkable without a reason", async () => {
  oneStory({ criteria: "require", more: "max_retry_per_story: 1\n" });
  const { status, checked } = await run({ [`${KEY}.BUILD`]: claiming([{ id: "4", check: "manual" }]) });
  expect(status).toBe(1);
  expect(checked.at(-1)?.missing).toHaveLength(4);
  expect(checked.at(-1)?.missing[3]).toContain("without a reason");
});

test("a check that deletes and writes files, moves the branch and locks git harms neither the work nor the next check", async () => {
  oneStory();
  const vandal =
    'rm -rf src old.txt; echo x > junk.txt; git checkout -q -b astray; git add -A; git commit -qm gone; touch .git/index.lock "$(git rev-parse --git-dir)/index.lock"; true';
  const { status, stdout } = await run({
    [`${KEY}.BUILD`]: claiming([
      { id: "1", check: vandal },
      { id: "2", check: `test -e src/${KEY}.txt && test -e old.txt && ! test -e junk.txt` },
      { id: "3", check: "test -e old.txt" },
    ]),
  });
  expect(status, stdout).toBe(0);
  expect(states()).toMatchObject({ 1: "unproven", 2: "proven", 3: "unproven" });
  expect(why("3")).toContain("passes on the baseline, too");
  expect(project.git("ls-files").split("\n")).toEqual(expect.arrayContaining(["old.txt", `src/${KEY}.txt`]));
  expect(existsSync(join(project.path, "junk.txt"))).toBe(false);
});

test("a check that never ends is cut off and proves nothing", async () => {
  oneStory({ gates: "{ commands: {}, minutes: 0.02 }" });
  const { status, stdout } = await run({
    [`${KEY}.BUILD`]: claiming([
      { id: "1", check: "sleep 600" },
      { id: "2", check: `test -e src/${KEY}.txt || sleep 600` },
    ]),
  });
  expect(status, stdout).toBe(0);
  expect(why("1")).toContain("timeout");
  expect(states()).toMatchObject({ 1: "unproven", 2: "unproven" });
});

test("a gate's name is a check, too: one that was green before shows nothing", async () => {
  oneStory({ gates: `{ commands: { test: "true", new: "test -e src/${KEY}.txt" }, baseline: accept }` });
  const { status, stdout } = await run({
    [`${KEY}.BUILD`]: claiming([
      { id: "1", check: "test" },
      { id: "2", check: "gate: new" },
      { id: "3", check: `test -e src/${KEY}.txt` },
    ]),
  });
  expect(status, stdout).toBe(0);
  expect(states()).toMatchObject({ 1: "unproven", 2: "proven", 3: "proven" });
  expect(why("1")).toBe("gate 'test' passes on the baseline, too: it shows nothing");
});

test("ten thousand claims cost what fifty do", async () => {
  oneStory();
  const log = join(project.base, "ran");
  const many = Array.from({ length: 10_000 }, (_, i) => ({
    id: `${(i % 4) + 1}`,
    check: `echo ${i} >> "$RAN"; false`,
  }));
  const { status, stdout } = await run({ [`${KEY}.BUILD`]: claiming(many) }, { RAN: log });
  expect(status, stdout).toBe(0);
  expect(readFileSync(log, "utf8").trimEnd().split("\n")).toHaveLength(4);
});

test("switched off, no check is run and nothing is said of criteria", async () => {
  oneStory({ criteria: "off" });
  const log = join(project.base, "ran");
  const { status, checked } = await run(
    { [`${KEY}.BUILD`]: claiming([{ id: "1", check: 'echo >> "$RAN"' }]) },
    { RAN: log },
  );
  expect(status).toBe(0);
  expect(existsSync(log)).toBe(false);
  expect(checked.at(-1)).not.toHaveProperty("criteria");
});

/** Two stories at once; the second one's check passes on its own branch and fails beside what the first one brought. */
const together = (criteria: "warn" | "require") => {
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b" }], {
    configuration: configuration({ criteria, more: "order: parallel\n" }),
  });
  project.commit();
  const check = "test -e src/1-2-b.txt && { ! test -e src/1-1-a.txt || test -e src/peace; }";
  const first = claiming([{ id: "1", check: "test -e src/1-1-a.txt" }], TOGETHER_THEN.first);
  const build = claiming([{ id: "1", check }], TOGETHER_THEN.second);
  const repair = `${claiming([{ id: "1", check }], "touch src/peace")}`;
  return {
    "1-1-a.BUILD": first,
    "1-2-b.BUILD": `if [ -e src/1-1-a.txt ]; then\n${repair}\nelse\n${build}\nfi\n`,
  };
};

test("a check that passes on the story's branch and fails on what landed is not proven any more", async () => {
  const { status, stdout } = await run(together("warn"));
  expect(status, stdout).toBe(0);
  expect(states()).toEqual({ 1: "unproven" });
  expect(why("1")).toContain("fails on what landed");
});

test("required, such a story goes back to its builder with the merge", async () => {
  const { status, stdout } = await run(together("require"));
  expect(status, stdout).toBe(0);
  expect(stdout).toContain("the check of acceptance criterion 1 does not pass on the merged tree");
  expect(turnsOf(project).filter((turn) => turn.startsWith("1-2-b"))).toHaveLength(2);
  expect(project.git("ls-files", "src")).toContain("src/peace");
  expect(states()).toEqual({ 1: "proven" });
});

test("a check is run once on each tree: what the baseline said is remembered and still counts", async () => {
  oneStory({ criteria: "require", more: "max_retry_per_story: 2\n" });
  const log = join(project.base, "ran");
  const claims = claiming([{ id: "1", check: 'echo "$(ls src 2>/dev/null | wc -l)" >> "$RAN"; test -e old.txt' }]);
  const { status, checked } = await run(
    { [`${KEY}.BUILD`]: `echo "$STORYBOARD_ATTEMPT" > another.txt\n${claims}` },
    { RAN: log },
  );
  expect(status).toBe(1);
  expect(checked).toHaveLength(2);
  for (const { missing } of checked) expect(missing[0]).toContain("passes on the baseline, too");
  // The first attempt's tree, the baseline, the second attempt's tree.
  expect(readFileSync(log, "utf8").trim().split(/\s+/)).toEqual(["1", "0", "1"]);
});

test("checks that were under way when the lead was killed leave nothing behind, and cost no turn", async () => {
  oneStory();
  const sign = join(project.base, "sign");
  const slow = `echo x > junk.txt; rm -f old.txt; touch "$SIGN"; sleep 2; test -e src/${KEY}.txt`;
  const scripts = { [`${KEY}.BUILD`]: claiming([{ id: "1", check: slow }]) };
  const environment = { ...scripted(project, scripts), SIGN: sign };
  const lead = project.start(["run", "--headless"], environment);
  await expect.poll(() => existsSync(sign), { timeout: 20_000 }).toBe(true);
  const gone = new Promise((resolve) => lead.once("exit", resolve));
  lead.kill("SIGKILL");
  await gone;
  const { status, stdout, stderr } = await project.storyboard(["run", "--resume", "--headless"], environment);
  expect(status, stdout + stderr).toBe(0);
  expect(turnsOf(project)).toEqual([`${KEY} BUILD 1`]);
  expect(states()).toMatchObject({ 1: "proven" });
  expect(project.git("ls-files").split("\n")).toContain("old.txt");
  expect(project.git("ls-files")).not.toContain("junk.txt");
});

test("a lead that is killed while checks run on the baseline leaves the work as it was", async () => {
  oneStory();
  const sign = join(project.base, "sign");
  const slow = `test -e src/${KEY}.txt || { touch "$SIGN"; echo x > junk.txt; sleep 2; false; }`;
  const scripts = { [`${KEY}.BUILD`]: claiming([{ id: "1", check: slow }]) };
  const environment = { ...scripted(project, scripts), SIGN: sign };
  const lead = project.start(["run", "--headless"], environment);
  await expect.poll(() => existsSync(sign), { timeout: 20_000 }).toBe(true);
  const gone = new Promise((resolve) => lead.once("exit", resolve));
  lead.kill("SIGKILL");
  await gone;
  const { status, stdout, stderr } = await project.storyboard(["run", "--resume", "--headless"], environment);
  expect(status, stdout + stderr).toBe(0);
  expect(turnsOf(project)).toEqual([`${KEY} BUILD 1`]);
  expect(states()).toMatchObject({ 1: "proven" });
  expect(project.git("ls-files").split("\n")).toEqual(expect.arrayContaining(["old.txt", `src/${KEY}.txt`]));
  expect(project.git("ls-files")).not.toContain("junk.txt");
});

test("where the agent installed what a check needs, the baseline is looked at with it", async () => {
  oneStory();
  project.write(".gitignore", "/tools\n").git("add", "-A");
  project.git("commit", "-qm", "tools are not tracked");
  const install = "mkdir -p tools; printf '#!/bin/sh\\ntest -e \"$1\"\\n' > tools/has; chmod +x tools/has";
  const { status, stdout } = await run({
    [`${KEY}.BUILD`]: claiming(
      [
        { id: "1", check: `tools/has src/${KEY}.txt` },
        { id: "2", check: "tools/has old.txt" },
      ],
      install,
    ),
  });
  expect(status, stdout).toBe(0);
  expect(states()).toMatchObject({ 1: "proven", 2: "unproven" });
  expect(why("2")).toContain("passes on the baseline, too");
});

test("a reviewer reads what was proven, and what a check prints is masked", async () => {
  oneStory({ more: "" });
  project.write("storyboard.yaml", project.read("storyboard.yaml").replace("pipeline: build", "pipeline: dev-review"));
  project.git("commit", "-qam", "review");
  const secret = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789";
  const { status, stdout } = await run(
    {
      [`${KEY}.BUILD`]: claiming([
        { id: "1", check: `test -e src/${KEY}.txt` },
        { id: "2", check: 'echo "key $LEAK"; false' },
      ]),
    },
    { LEAK: secret },
  );
  expect(status, stdout).toBe(0);
  const prompts = promptsOf("VERIFY");
  expect(prompts).toContain(`- 1: proven, check: test -e src/${KEY}.txt`);
  expect(prompts).toContain("- 2: unproven");
  expect(promptsOf("BUILD")).toContain("Ids: `1` `It is there.`");
  expect(journal().text + prompts).not.toContain(secret);
  expect(why("2")).toMatch(/^its check fails: key /);
});

/** The prompts of the story's turns in a phase. */
const promptsOf = (phase: string): string => {
  const runs = join(project.path, ".storyboard/runs");
  const jobs = join(runs, readdirSync(runs)[0]!, "jobs");
  return readdirSync(jobs)
    .filter((name) => name.startsWith(`${KEY}.1.${phase}-`) && existsSync(join(jobs, name, "prompt.md")))
    .map((name) => readFileSync(join(jobs, name, "prompt.md"), "utf8"))
    .join("\n");
};
