import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { expectAllLandedOnce } from "./check.ts";
import { KillableSprint, resume, until, using } from "./sprint.ts";

// They run side by side, and mostly wait.
vi.setConfig({ testTimeout: 90_000 });

const ONE = [{ key: "1-1-base" }];
const KEYS = ["1-1-base"];

const journalOf = (sprint: KillableSprint): string => join(sprint.runFolder, "journal.jsonl");

/** A sprint whose lead was killed in its first turn, which ended then. */
const killed = async (): Promise<KillableSprint> => {
  const sprint = new KillableSprint(ONE, { environment: { AGENT_SECONDS: "0.2" } });
  const lead = sprint.lead();
  await until("a turn runs", () => sprint.logged("agents").length > 0);
  await lead.kill();
  return sprint;
};

test.concurrent("a start that was cut off before its run existed is no run: a new one is started", () =>
  using(new KillableSprint(ONE), async (sprint) => {
    const cutOff = join(sprint.project.path, ".storyboard/runs/20200101-000000-aaaa");
    mkdirSync(join(cutOff, "jobs"), { recursive: true });
    expect((await resume(sprint)).status).toBe(0);
    expect(sprint.runs).toHaveLength(2);
    await expectAllLandedOnce(sprint, KEYS);
  }));

test.concurrent("a start that was cut off after the newest run ended is started again", () =>
  using(new KillableSprint(ONE), async (sprint) => {
    expect((await resume(sprint)).status).toBe(0);
    mkdirSync(join(sprint.project.path, ".storyboard/runs/29990101-000000-aaaa/jobs"), { recursive: true });
    const { status, stdout } = await resume(sprint);
    expect(status).toBe(0);
    expect(stdout).not.toContain("1/1 succeeded");
    expect(stdout).toMatch(/done|nothing/i);
  }));

test.concurrent("a run with an empty journal is begun", () =>
  using(killed(), async (sprint) => {
    sprint.killJobs();
    rmSync(join(sprint.runFolder, "jobs"), { recursive: true });
    writeFileSync(journalOf(sprint), "");
    expect((await resume(sprint)).status).toBe(0);
    expect(sprint.runs).toHaveLength(1);
    await expectAllLandedOnce(sprint, KEYS);
  }));

test.concurrent("a torn last line is cut off, and the run goes on", () =>
  using(killed(), async (sprint) => {
    appendFileSync(journalOf(sprint), '{"v":2,"seq":99,"at":17');
    expect((await resume(sprint)).status).toBe(0);
    await expectAllLandedOnce(sprint, KEYS);
  }));

test.concurrent("a damaged line is named, nothing is touched, and --fresh gets by", () =>
  using(killed(), async (sprint) => {
    const lines = readFileSync(journalOf(sprint), "utf8").split("\n");
    const damaged = lines.with(1, "rubbish").join("\n");
    writeFileSync(journalOf(sprint), damaged);
    const { status, stderr } = await resume(sprint);
    expect(status).toBe(3);
    expect(stderr).toContain("journal.jsonl:2:");
    expect(stderr).toContain("--fresh");
    expect(readFileSync(journalOf(sprint), "utf8")).toBe(damaged);
    expect((await sprint.storyboard(["run", "--headless"])).status).toBe(3);
    expect((await sprint.storyboard(["run", "--fresh", "--headless"])).status).toBe(0);
    await expectAllLandedOnce(sprint, KEYS);
  }));

test.concurrent("a run of a newer format is refused by name", () =>
  using(killed(), async (sprint) => {
    const path = join(sprint.runFolder, "run.json");
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), v: 99 }));
    const { status, stderr } = await resume(sprint);
    expect(status).toBe(2);
    expect(stderr).toContain("newer storyboard (format 99)");
    expect((await sprint.storyboard(["run", "--fresh", "--headless"])).status).toBe(0);
  }));

test.concurrent("a journal line of a newer format is refused by name", () =>
  using(killed(), async (sprint) => {
    appendFileSync(journalOf(sprint), '{"v":99,"seq":1000,"at":1,"event":{"type":"run.new"}}\n');
    const { status, stderr } = await resume(sprint);
    expect(status).toBe(2);
    expect(stderr).toContain("newer storyboard (format 99)");
  }));
