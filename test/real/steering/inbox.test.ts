import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import { agentConfiguration, jsonLines, type Project, writeSprint } from "../../support/project.ts";
import { contractLines, ctl, eventually, live, script, scripted, statusOf, storyIn } from "../../support/steering.ts";

// Leads are started, killed and started again, on a machine that others use too.
vi.setConfig({ testTimeout: 90_000 });

let project: Project;
eachProject((made) => {
  project = made;
});

const FOLDER = "_bmad-output/implementation-artifacts";
const REVIEWLESS = "pipeline: build\n";
const sprint = (keys: readonly string[], configuration: string): void => {
  writeSprint(
    project,
    keys.map((key) => ({ key })),
    { configuration },
  );
  project.commit();
};
const status = (key: string): string | undefined =>
  new RegExp(`^  ${key}: (\\S+)$`, "m").exec(project.read(`${FOLDER}/sprint-status.yaml`))?.[1];
const runFolder = (): string => {
  const runs = join(project.path, ".storyboard/runs");
  return join(runs, (existsSync(runs) ? readdirSync(runs).sort().at(-1) : undefined) ?? "none");
};
const item = (key: string): Promise<unknown> =>
  eventually(`the item ${key}`, () => existsSync(join(runFolder(), "inbox", `${key}.md`)));
/** An answer by a file, as a person's editor leaves it. */
const answerByFile = (key: string, text: string): void => {
  writeFileSync(join(project.base, "draft"), text);
  renameSync(join(project.base, "draft"), join(runFolder(), "inbox", `${key}.answer`));
};
/** Lines that the agents of a test have written down: `KEY PHASE session`. */
const log = (): string[] => {
  const path = join(project.base, "log");
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
};
const LOG = `echo "$STORYBOARD_STORY $STORYBOARD_PHASE \${STORYBOARD_SESSION:-new}" >> "$OUT/log"`;
/** Asks in a session of its own; goes on when that session is continued. */
const ASKS = `${LOG}
if [ -z "$STORYBOARD_SESSION" ]; then
  echo '{"t":"session","id":"talk-'$STORYBOARD_STORY'"}'
  echo '{"t":"finished","text":"QUESTION: which colour?"}'
else cp "$STORYBOARD_TURN_DIR/prompt.md" "$OUT/prompt"; build; fi`;

test("parked, its slot freed, the lead killed: answered by a file, the same session goes on", async () => {
  sprint(["1-1-asks", "1-2-other"], agentConfiguration(`${REVIEWLESS}max_workers: 1\norder: parallel\n`));
  script(project, "1-1-asks", ASKS);
  script(project, "1-2-other", `${LOG}; build`);
  const run = live(project, ["run", "--headless"]);
  await item("1-1-asks");
  // The one worker went on with the other story.
  await eventually("the other is done", async () => storyIn(await statusOf(project), "1-2").status !== "queued");
  await eventually("only the answer is missing", async () => (await statusOf(project)).state === "waiting");
  const waiting = await statusOf(project);
  expect(waiting.inbox).toEqual([{ story: "1-1-asks", kind: "question", text: "which colour?", choices: [] }]);
  run.signal("SIGKILL");
  await run.ended;
  expect((await statusOf(project)).inbox).toHaveLength(1);
  answerByFile("1-1-asks", "blue, please\n");
  const resumed = await project.storyboard(["run", "--resume", "--headless"], scripted(project));
  expect(resumed.status, resumed.stdout).toBe(0);
  expect(log()).toEqual(["1-1-asks BUILD new", "1-2-other BUILD new", "1-1-asks BUILD talk-1-1-asks"]);
  expect(readFileSync(join(project.base, "prompt"), "utf8")).toMatch(/which colour\?[\s\S]*blue, please/);
  expect(project.git("log", "--format=%s", "main")).toMatch(
    /feat\(1-1\)[\s\S]*feat\(1-2\)|feat\(1-2\)[\s\S]*feat\(1-1\)/,
  );
  expect(readdirSync(join(runFolder(), "inbox"))).toEqual(["answered"]);
});

test("a headless run that waits costs nothing, names a bad answer, and takes a good one minutes later", async () => {
  sprint(["1-1-asks"], agentConfiguration(REVIEWLESS));
  script(project, "1-1-asks", ASKS);
  const run = live(project, ["run", "--headless"]);
  await item("1-1-asks");
  await eventually("it waits", async () => (await statusOf(project)).state === "waiting");
  const before = cpuTicks(run.pid);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  // A tick is 10 ms: less than 4 % of one core, on a machine where others work too.
  expect(cpuTicks(run.pid) - before).toBeLessThan(20);
  answerByFile("1-1-asks", "\n");
  await eventually("it is told of", () => /1-1-asks\.answer is no answer: it is empty/.test(run.stdout()));
  answerByFile("1-1-asks", "blue");
  expect(await run.ended).toBe(0);
  expect(log().at(-1)).toBe("1-1-asks BUILD talk-1-1-asks");
});

/** Processor time of a process, in ticks of 10 ms. */
const cpuTicks = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
};

test("inbox: fail ends the run with the question open, and a file answers it then", async () => {
  sprint(["1-1-asks"], agentConfiguration(`${REVIEWLESS}inbox: fail\n`));
  script(project, "1-1-asks", ASKS);
  const first = await project.storyboard(["run", "--headless"], scripted(project));
  expect(first.status, first.stdout).toBe(1);
  expect(first.stdout).toContain('storyboard ctl answer 1-1-asks "your answer"');
  answerByFile("1-1-asks", "blue");
  const resumed = await project.storyboard(["run", "--resume", "--headless"], scripted(project));
  expect(resumed.status, resumed.stdout).toBe(0);
  expect(log().at(-1)).toBe("1-1-asks BUILD talk-1-1-asks");
});

const RED = `gates: { commands: { test: "test -e ok || { echo it is not ok; false; }" } }\n`;
const withRedGate = agentConfiguration().replace("gates: { commands: {} }\n", RED) + REVIEWLESS;

test("gates that are red before the first story are asked about where somebody answers, and end the run elsewhere", async () => {
  sprint(["1-1-base"], withRedGate);
  const alone = await project.storyboard(["run", "--headless"]);
  expect(alone.status, alone.stdout).toBe(2);
  expect(alone.stdout).toContain("it is not ok");
  const run = live(project, ["run", "--json", "--fresh", "--inbox", "wait"]);
  await item("baseline");
  expect(await statusOf(project)).toMatchObject({
    state: "waiting",
    inbox: [{ story: null, kind: "baseline", choices: ["accept", "without", "quit"] }],
    counts: { queued: 1, running: 0 },
  });
  expect((await ctl(project, "inbox")).text).toMatch(/^baseline\n[\s\S]*it is not ok[\s\S]*ctl answer baseline/);
  expect(await ctl(project, "answer", "baseline", "maybe")).toMatchObject({ status: 2 });
  run.signal("SIGKILL");
  await run.ended;
  const resumed = live(project, ["run", "--json", "--resume"]);
  await eventually("it asks again", async () => (await statusOf(project)).state === "waiting");
  expect(await ctl(project, "answer", "baseline", "without")).toEqual({ status: 0, text: "done\n" });
  expect(await resumed.ended).toBe(0);
  const lines = contractLines(run.stdout() + resumed.stdout());
  expect(lines).toContainEqual(expect.objectContaining({ type: "run.asked", choices: ["accept", "without", "quit"] }));
  // It was left out: no gate ran after the baseline's.
  expect(lines.filter(({ type }) => type === "gate.ended")).toHaveLength(1);
  expect(await ctl(project, "answer", "baseline", "accept")).toMatchObject({ status: 1 });
});

test.each([
  ["accept", 0],
  ["quit", 2],
])("a red baseline is answered by a file: %s", async (word, exit) => {
  sprint(["1-1-base"], withRedGate);
  const run = live(project, ["run", "--headless", "--inbox", "wait"]);
  await item("baseline");
  answerByFile("baseline", word);
  expect(await run.ended, run.stdout()).toBe(exit);
  expect(existsSync(join(project.path, "src"))).toBe(exit === 0);
});

const PART = "OPERATOR: open an account at the bank\nand note its number";

test("what only a person can do: the rest lands, and confirm completes it after the run has ended", async () => {
  sprint(["1-1-bank", "1-2-later"], agentConfiguration("order: epic\n"));
  script(project, "1-1-bank.BUILD", `build; printf '%s\\n' "${PART}"`);
  const run = await project.storyboard(["run", "--headless"], scripted(project));
  expect(run.status, run.stdout).toBe(1);
  expect(run.stdout).toMatch(
    /Left for you:\n +open an account at the bank\n +and note its number\n +storyboard confirm 1-1-bank/,
  );
  expect(run.stdout).toContain("1 awaiting their operator");
  // The dependent has run.
  expect([status("1-1-bank"), status("1-2-later")]).toEqual(["review", "done"]);
  expect(project.git("status", "--porcelain")).toBe("");
  expect((await statusOf(project)).inbox).toMatchObject([{ story: "1-1-bank", kind: "operator", choices: ["done"] }]);
  // A new run would not have it reviewed once more.
  const again = await project.storyboard(["run", "--headless"], scripted(project));
  expect(again.stdout).not.toMatch(/VERIFY/);
  expect((await ctl(project, "answer", "1-1", "not yet")).status).toBe(1);
  const confirmed = await project.storyboard(["confirm", "1-1"]);
  expect(confirmed, confirmed.stderr).toMatchObject({
    status: 0,
    stdout: "done; the run is completed: all stories are done\n",
  });
  expect(status("1-1-bank")).toBe("done");
  expect(project.read(`${FOLDER}/1-1-bank.md`)).toContain("Status: done");
  expect(project.git("status", "--porcelain")).toBe("");
  expect(await statusOf(project)).toMatchObject({ inbox: [], counts: { done: 2, awaiting_operator: 0 } });
  expect((await project.storyboard(["run", "--resume", "--headless"])).status).toBe(0);
  expect((await project.storyboard(["confirm", "1-1"])).status).toBe(1);
});

test("confirmed while the run goes on, the run ends with 0", async () => {
  sprint(["1-1-bank", "1-2-asks"], agentConfiguration("order: parallel\n"));
  script(project, "1-1-bank.BUILD", `build; printf '%s\\n' "${PART}"`);
  script(project, "1-2-asks.BUILD", ASKS);
  const run = live(project, ["run", "--json"]);
  await item("1-1-bank");
  await item("1-2-asks");
  expect(await ctl(project, "approve", "1-2")).toMatchObject({ status: 1 });
  expect(await ctl(project, "answer", "1-1", "done")).toEqual({ status: 0, text: "done\n" });
  expect(await ctl(project, "answer", "1-2", "blue")).toEqual({ status: 0, text: "done\n" });
  expect(await run.ended).toBe(0);
  const ended = contractLines(run.stdout()).filter((line) => line.type === "story.ended" && line.story === "1-1-bank");
  expect(ended).toMatchObject([{ outcome: "awaiting-operator" }, { outcome: "done" }]);
  expect(jsonLines(run.stdout()).at(-1)).toMatchObject({
    type: "run.ended",
    counts: { done: 2, awaiting_operator: 0 },
  });
  expect(status("1-1-bank")).toBe("done");
});

test("a story that was left unfinished is confirmed when the run goes on", async () => {
  sprint(["1-1-bank", "1-2-asks"], agentConfiguration("order: parallel\n"));
  script(project, "1-1-bank.BUILD", `build; printf '%s\\n' "${PART}"`);
  script(project, "1-2-asks.BUILD", ASKS);
  const run = live(project, ["run", "--headless"]);
  await item("1-1-bank");
  await item("1-2-asks");
  run.signal("SIGKILL");
  await run.ended;
  const kept = await project.storyboard(["confirm", "1-1"]);
  expect(kept).toMatchObject({ status: 0, stdout: "kept for the next start: storyboard run --resume\n" });
  answerByFile("1-2-asks", "blue");
  const resumed = await project.storyboard(["run", "--resume", "--headless"], scripted(project));
  expect(resumed.status, resumed.stdout).toBe(0);
  expect([status("1-1-bank"), status("1-2-asks")]).toEqual(["done", "done"]);
});

test("a story that awaits its person is left out of the next run, where what waited for it can run", async () => {
  const configuration = agentConfiguration("order: parallel\n");
  sprint(["1-1-bank"], configuration);
  script(project, "1-1-bank.BUILD", `build; printf '%s\\n' "${PART}"`);
  expect((await project.storyboard(["run", "--headless"], scripted(project))).status).toBe(1);
  writeSprint(
    project,
    [
      { key: "1-1-bank", status: "review" },
      { key: "1-2-later", after: ["1-1-bank"] },
    ],
    {
      configuration,
    },
  );
  project.git("commit", "-qam", "more to do");
  const next = await project.storyboard(["run", "--headless"], scripted(project));
  expect(next.status, next.stdout).toBe(0);
  expect(next.stdout).toMatch(/1-1-bank did not run: it has landed, and waits for a person's part: open an account/);
  expect([status("1-1-bank"), status("1-2-later")]).toEqual(["review", "done"]);
  // On top of the older run's branches others have landed since.
  const confirmed = await project.storyboard(["confirm", "1-1-bank"]);
  expect(confirmed.status).toBe(2);
  expect(confirmed.stderr).toMatch(/newer run was started since[\s\S]*sprint-status\.yaml/);
});
