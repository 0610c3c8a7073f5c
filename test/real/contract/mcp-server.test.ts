import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import { agentConfiguration, type Project } from "../../support/project.ts";
import { contractLines, ctl, eventually, live, promptOf, script } from "../../support/steering.ts";

// Many programs are started one after the other, on a machine that others use too.
vi.setConfig({ testTimeout: 90_000 });

let project: Project;
eachProject((made) => {
  project = made;
});

const CLIENT = join(import.meta.dirname, "../../fixtures/agent/mcp-client.mjs");

const write = (): void => {
  const configuration = agentConfiguration("pipeline: build\nmax_workers: 2\n").replace(
    "commands: {}",
    'commands: { test: "echo ran >> $OUT/runs; echo all is well" }',
  );
  project
    .write("README.md", "made up\n")
    .write("storyboard.yaml", `${configuration}stories:\n  - { key: a, prompt: "Build it.", title: A story }\n`)
    .commit();
};

const said = (): { name: string; isError: boolean; text: string }[] =>
  existsSync(join(project.base, "said"))
    ? readFileSync(join(project.base, "said"), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line))
    : [];

const use = (...calls: readonly string[]): string =>
  `"${process.execPath}" "${CLIENT}" ${calls.map((call) => `'${call}'`).join(" ")} >> "$OUT/said"`;

test("an agent tells its progress, runs a gate, reads its story, asks, and goes on with the answer", async () => {
  write();
  script(
    project,
    "a",
    `if [ -e "$OUT/asked" ]; then build; exit; fi; touch "$OUT/asked"; echo x > x.txt
${use('report_progress={"text":"looks around","phase":"prepare"}', "read_story={}", 'run_gate={"name":"full"}', 'ask={"question":"Which unit?","choices":["ml","cups"]}', 'ask={"question":"And now?"}')}
echo "this turn fails after it asked"; exit 7`,
  );
  const run = live(project, ["run", "--json"]);
  await eventually("the agent's calls", () => said().length === 5);
  await eventually("the question", async () => (await ctl(project, "inbox")).text.includes("a (question)"));
  const [progress, story, gate, ask, again] = said();
  expect(progress).toMatchObject({ isError: false, text: "shown" });
  expect(JSON.parse(story?.text ?? "")).toMatchObject({ key: "a", text: "Build it." });
  expect(gate).toMatchObject({ isError: false, text: expect.stringContaining("status: PASS") });
  expect(ask?.text).toContain("End your turn now");
  expect(again).toMatchObject({ isError: true, text: expect.stringContaining("asked already") });
  expect((await ctl(project, "inbox")).text).toContain("a (question)\n  Which unit?\n  - ml\n  - cups\n");
  expect((await ctl(project, "answer", "a", "ml")).status).toBe(0);
  expect(await run.ended).toBe(0);
  const lines = contractLines(run.stdout());
  expect(lines.some((line) => line.type === "feed" && line.text === "looks around")).toBe(true);
  expect(lines.find(({ type }) => type === "story.ended")).toMatchObject({ outcome: "done", attempts: 1 });
  expect(await promptOf(project, "a.1.BUILD-2")).toContain("Which unit?");
});

test("a lead that is killed between the question and the turn's end loses nothing", async () => {
  write();
  script(
    project,
    "a",
    `if [ -e "$OUT/asked" ]; then build; exit; fi; touch "$OUT/asked"
${use('report_blocker={"issue":"no database","need":"start one"}')}
while [ ! -e "$OUT/killed" ]; do sleep 0.05; done
${use('report_progress={"text":"alone"}', 'run_gate={"name":"test"}')}`,
  );
  const run = live(project, ["run"]);
  await eventually("the blocker to be taken", () => said().length === 1);
  run.signal("SIGKILL");
  await run.ended;
  script(project, "../killed", "");
  await eventually("the agent to find nobody", () => said()[1]?.text.includes("nobody leads this run"));
  await eventually("its gate", () => said().length === 3);
  expect(said()[2]?.text).toBe(
    "no answer: nobody runs gates for this run; run it yourself: echo ran >> $OUT/runs; echo all is well",
  );
  const resumed = live(project, ["run", "--resume"]);
  await eventually("the blocker in the inbox", async () =>
    (await ctl(project, "inbox")).text.includes("a (blocker)\n  no database\n  Needed: start one"),
  );
  await ctl(project, "answer", "a", "it runs");
  expect(await resumed.ended).toBe(0);
});

test("outside of a turn the server says so, and ends with its client", async () => {
  write();
  const { status, stdout } = await project.storyboard(["mcp"]);
  expect([status, stdout]).toEqual([0, ""]);
});
