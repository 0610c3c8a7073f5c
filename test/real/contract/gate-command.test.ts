import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import { agentConfiguration, type Project, runProgram, STORYBOARD } from "../../support/project.ts";
import {
  contractLines,
  eventually,
  live,
  open,
  processesOf,
  reached,
  script,
  scripted,
  statusOf,
} from "../../support/steering.ts";

// Many programs are started one after the other, on a machine that others use too.
vi.setConfig({ testTimeout: 90_000 });

let project: Project;
eachProject((made) => {
  project = made;
});

/** Two stories at a time, and a gate that leaves a line for each of its runs. */
const write = (gates: string, stories: readonly string[], more = ""): void => {
  const configuration = agentConfiguration(`pipeline: build\nmax_workers: 2\n${more}`).replace(
    "gates: { commands: {} }",
    `gates: { ${gates} }`,
  );
  const list = stories.map((key) => `  - { key: ${key}, prompt: x }\n`).join("");
  project.write("README.md", "made up\n").write("storyboard.yaml", `${configuration}stories:\n${list}`).commit();
};

const lines = (name: string): string[] =>
  existsSync(join(project.base, name)) ? readFileSync(join(project.base, name), "utf8").trim().split("\n") : [];

const COUNTING = 'commands: { test: "echo ran >> $OUT/runs; echo all is well" }';

test("what an agent saw pass in its worktree is not run again when its evidence is checked", async () => {
  write(COUNTING, ["a"]);
  script(project, "a", 'build; "$STORYBOARD_BIN" gate test > "$OUT/said"; echo $? > "$OUT/status"');
  const run = await project.storyboard(["run", "--json"], scripted(project));
  expect(run.status).toBe(0);
  expect(lines("status")).toEqual(["0"]);
  expect(readFileSync(join(project.base, "said"), "utf8")).toMatch(
    /^CHECK RESULT\ncheck: test\nstatus: PASS\nduration: \d+\.\ds\ncached: false\nrequested_by: \[a\]\n\nDetails:\nall is well\n/,
  );
  // Once on the baseline, once for the agent.
  expect(lines("runs")).toHaveLength(2);
  const said = contractLines(run.stdout);
  expect(said.filter(({ type }) => type === "gate.ended").at(-1)).toMatchObject({
    name: "test",
    ok: true,
    cached: true,
  });
  expect(said.some((line) => line.type === "feed" && line.text?.includes("gate test: PASS"))).toBe(true);
});

test("two agents' gates run one after the other; two askers of one worktree share a run", async () => {
  write(
    'commands: { test: "echo in $STORYBOARD_RUN >> $OUT/order; sleep 0.7; echo out >> $OUT/order; exit 3" }, baseline: accept',
    ["a", "b"],
    "max_retry_per_story: 1\n",
  );
  for (const key of ["a", "b"]) {
    script(
      project,
      key,
      `echo ${key} > ${key}.txt; "$STORYBOARD_BIN" gate test --json > "$OUT/${key}1" & "$STORYBOARD_BIN" gate full --json > "$OUT/${key}2"; echo $? > "$OUT/${key}.status"; wait; build`,
    );
  }
  await project.storyboard(["run"], scripted(project));
  // The baseline; then one for each worktree, since neither evidence nor landing comes to a gate of its own.
  const order = lines("order").map((line) => line.split(" ")[0]);
  expect(order.slice(0, 6)).toEqual(["in", "out", "in", "out", "in", "out"]);
  for (const key of ["a", "b"]) {
    expect(lines(`${key}.status`)).toEqual(["1"]);
    const [one, two] = [1, 2].map((n) => JSON.parse(lines(`${key}${n}`)[0] ?? "{}"));
    expect(one).toMatchObject({ v: 1, type: "gate", name: "test", status: "FAIL", requested_by: [key] });
    expect(two.output).toBe(one.output);
  }
});

test("an agent's call ends within seconds when its lead is killed, and what ran is stopped when the run goes on", async () => {
  write('commands: { test: "if [ -e $OUT/slow ]; then touch $OUT/gate.reached; exec sleep 300; fi" }', ["a"]);
  script(
    project,
    "a",
    'if [ -e "$OUT/again" ]; then build; exit; fi; touch "$OUT/slow" "$OUT/again"; echo x > x.txt; "$STORYBOARD_BIN" gate test 2> "$OUT/err"; echo $? > "$OUT/status"; rm "$OUT/slow"; build',
  );
  const run = live(project, ["run"]);
  await reached(project, "gate");
  const { run: id } = await statusOf(project);
  run.signal("SIGKILL");
  const killedAtMs = Date.now();
  await eventually("the agent's call to end", () => lines("status").length === 1);
  expect(Date.now() - killedAtMs).toBeLessThan(5_000);
  expect(lines("status")).toEqual(["75"]);
  expect(lines("err").join("\n")).toMatch(/^storyboard: no answer: .*run it yourself: if \[ -e/);
  const resumed = await project.storyboard(["run", "--resume"], scripted(project));
  expect(resumed.stdout).toContain("1/1 succeeded");
  if (existsSync("/proc/self/environ")) expect(processesOf(id)).toEqual([]);
});

test("a run that stops answers whoever waits for a gate before it leaves", async () => {
  write('commands: { test: "touch $OUT/gate.reached; sleep 300" }, baseline: accept, minutes: 1', ["a"]);
  slowLater();
  script(project, "a", ': > "$OUT/agent.reached"; sleep 300');
  const run = live(project, ["run"]);
  await reached(project, "agent");
  // Else the result of the baseline would do.
  project.write("more.txt", "a change\n");
  const asked = project.storyboard(["gate", "test"], scripted(project));
  await reached(project, "gate");
  await project.storyboard(["ctl", "stop"]);
  const { status, stderr, stdout } = await asked;
  expect([status, stdout]).toEqual([75, ""]);
  expect(stderr).toContain("no answer: the run has ended; run it yourself: if [ -e ");
  expect(await run.ended).toBe(130);
});

/** Makes the gate slow once an agent is at work: the baseline is not to wait for it. */
const slowLater = (): void => {
  const slow = "touch $OUT/gate.reached; sleep 300";
  const text = project.read("storyboard.yaml").replace(slow, `if [ -e $OUT/agent.reached ]; then ${slow}; fi`);
  project.write("storyboard.yaml", text);
  project.git("commit", "-q", "-a", "-m", "a gate that is slow later");
};

test("without a run a person's gate runs here, says so, and its result is kept", async () => {
  write(COUNTING, ["a"]);
  const first = await project.storyboard(["gate", "test"], scripted(project));
  expect(first.status).toBe(0);
  expect(first.stderr).toContain("nothing coordinates this gate");
  expect(first.stdout).toContain("status: PASS");
  expect((await project.storyboard(["gate", "full", "--json"], scripted(project))).stdout).toContain('"cached":true');
  expect(lines("runs")).toEqual(["ran"]);
  project.write("more.txt", "a change\n");
  expect((await project.storyboard(["gate", "Test"], scripted(project))).stdout).toContain("cached: false");
  expect(project.git("status", "--porcelain")).toBe("?? more.txt");
  const unknown = await project.storyboard(["gate", "tset"], scripted(project));
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toContain("Did you mean test?");
  // The lead finds on its baseline what a person has seen before.
  project.git("add", "-A");
  project.git("commit", "-q", "-m", "more");
  script(project, "a", "build");
  await project.storyboard(["run"], scripted(project));
  expect(lines("runs")).toHaveLength(3);
});

test("a folder of somebody else is refused, and a coordinator that is off says so and runs the gate", async () => {
  write(`${COUNTING}, coordinator: off`, ["a"]);
  script(project, "a", ': > "$OUT/agent.reached"; while [ ! -e "$OUT/agent.open" ]; do sleep 0.05; done; build');
  const run = live(project, ["run"]);
  await reached(project, "agent");
  const off = await project.storyboard(["gate", "test"], scripted(project));
  expect(off.stderr).toContain("gates.coordinator is off in this run");
  expect(off.status).toBe(0);
  open(project, "agent");
  expect(await run.ended).toBe(0);
  writeFileSync(join(project.base, "note"), "");
  const outside = await runProgram(STORYBOARD, ["gate", "test"], { cwd: project.base, env: project.environment() });
  expect(outside.status).toBe(2);
  expect(outside.stderr).toContain("is not in a git working copy");
});

test("a gate that a person left out of the run is said to be left out where it is asked for by name", async () => {
  write('commands: { lint: "exit 1", test: "true" }', ["a"]);
  script(project, "a", '"$STORYBOARD_BIN" gate lint 2> "$OUT/err"; echo $? > "$OUT/status"; build');
  const run = live(project, ["run", "--inbox", "wait"]);
  await eventually("the red gate", () => run.stdout().includes("THE RUN WAITS FOR YOU"));
  await project.storyboard(["ctl", "answer", "baseline", "without"]);
  expect(await run.ended).toBe(0);
  expect(lines("status")).not.toEqual(["0"]);
  expect(lines("err").join("\n")).toContain("lint is left out of this run: it was red before the first story");
});
