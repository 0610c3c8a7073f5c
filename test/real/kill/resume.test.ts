import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { expectAllLandedOnce, expectLandings, expectNothingTwice, expectQuiet } from "./check.ts";
import { KillableSprint, killConfiguration, type Lead, resume, until, using } from "./sprint.ts";

const ONE = [{ key: "1-1-base" }];
const KEY = ["1-1-base"];

// They run side by side, and mostly wait.
vi.setConfig({ testTimeout: 90_000 });

/** Waits until an agent's turn runs, and kills the lead in the middle of it. */
const killInTurn = async (
  sprint: KillableSprint,
  lead: Lead = sprint.lead(),
  turn = `start ${KEY} BUILD 1`,
): Promise<void> => {
  await until(`${turn} was logged`, () => sprint.logged("agents").some((line) => line.startsWith(turn)));
  expect(await lead.kill()).toBe(true);
};

test.concurrent("with no run it starts one; with the newest ended it prints its summary and exits with its status", () =>
  using(new KillableSprint(ONE), async (sprint) => {
    const first = await resume(sprint);
    expect(first.status).toBe(0);
    const again = await resume(sprint);
    expect(again.stderr).toBe("");
    expect(again.status).toBe(0);
    expect(again.stdout).toContain("1/1 succeeded");
    expect(sprint.runs).toHaveLength(1);
    await expectAllLandedOnce(sprint, KEY);
  }));

test.concurrent("a run that ended badly is not started again: its summary, and its status", () =>
  using(
    new KillableSprint(ONE, {
      configuration: killConfiguration("max_retry_per_story: 1"),
      environment: { AGENT_FAILS: "yes" },
    }),
    async (sprint) => {
      expect((await resume(sprint)).status).toBe(1);
      const turns = sprint.logged("agents");
      const again = await resume(sprint);
      expect(again.status).toBe(1);
      expect(again.stdout).toContain("FAILED");
      expect(sprint.logged("agents")).toEqual(turns);
    },
  ));

test.concurrent("an unfinished run is not gone on with, nor forgotten, unless that is asked for", () =>
  using(new KillableSprint(ONE, { environment: { AGENT_SECONDS: "30" } }), async (sprint) => {
    await killInTurn(sprint);
    const { status, stderr, stdout } = await sprint.storyboard(["run", "--headless"]);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("was left unfinished");
    expect(stderr).toContain("storyboard run --resume");
    expect(stderr).toContain("storyboard run --fresh");
  }));

test.concurrent("with a living lead it attaches, follows to the end and exits with the run's status", () =>
  using(new KillableSprint(ONE, { environment: { AGENT_SECONDS: "1.5" } }), async (sprint) => {
    const lead = sprint.lead();
    await until("a turn runs", () => sprint.logged("agents").length > 0);
    const follower = await resume(sprint);
    const led = await lead.end();
    expect([led.status, follower.status]).toEqual([0, 0]);
    expect(follower.stderr).toBe("");
    expect(follower.stdout).toContain("1/1 succeeded");
    expect(sprint.runs).toHaveLength(1);
    expectNothingTwice(sprint, KEY);
  }));

test.concurrent("of two at once exactly one leads, and both end with the run's status", () =>
  using(new KillableSprint(ONE, { environment: { AGENT_SECONDS: "1" } }), async (sprint) => {
    await killInTurn(sprint);
    const both = await Promise.all([resume(sprint), resume(sprint)]);
    expect(both.map(({ stderr }) => stderr)).toEqual(["", ""]);
    expect(both.map(({ status }) => status)).toEqual([0, 0]);
    expect(sprint.events("run.resumed")).toHaveLength(1);
    await expectAllLandedOnce(sprint, KEY);
    expectNothingTwice(sprint, KEY);
  }));

test.concurrent("the agent of a killed lead goes on, and its turn counts once", () =>
  using(new KillableSprint(ONE), async (sprint) => {
    const allowed = { AGENT_WAITS_FOR: join(sprint.logs, "go-on") };
    await killInTurn(sprint, sprint.lead(undefined, allowed));
    const resumed = sprint.lead(undefined, allowed);
    await until("it is adopted", () => resumed.stdout.includes("the agent kept working while storyboard was away"));
    writeFileSync(allowed.AGENT_WAITS_FOR, "");
    expect((await resumed.end()).status).toBe(0);
    expect(sprint.events("turn.ended")).toHaveLength(2);
    await expectAllLandedOnce(sprint, KEY);
    expectNothingTwice(sprint, KEY);
  }));

test.concurrent("a turn that ended while nobody led is not run again", () =>
  using(new KillableSprint(ONE, { environment: { AGENT_SECONDS: "0.5" } }), async (sprint) => {
    await killInTurn(sprint);
    await until("the turn ended", () => sprint.logged("agents").some((line) => line.startsWith("end")));
    expect((await resume(sprint)).status).toBe(0);
    await expectAllLandedOnce(sprint, KEY);
    expectNothingTwice(sprint, KEY);
  }));

test.concurrent("a keeper that is killed together with the lead costs no attempt", () =>
  using(new KillableSprint(ONE, { environment: { AGENT_SECONDS: "1" } }), async (sprint) => {
    const lead = sprint.lead();
    await until("a turn runs", () => sprint.logged("agents").length > 0);
    await lead.kill();
    sprint.killJobs();
    const { status, stdout } = await resume(sprint);
    expect(status, stdout).toBe(0);
    await expectAllLandedOnce(sprint, KEY);
  }));

test.concurrent("the lock and the socket of a killed lead hold nobody up", () =>
  using(new KillableSprint(ONE, { environment: { AGENT_SECONDS: "30" } }), async (sprint) => {
    await killInTurn(sprint);
    sprint.killJobs();
    const fresh = sprint.lead(["run", "--fresh", "--headless"], { AGENT_SECONDS: "0.1" });
    expect((await fresh.end()).status).toBe(0);
    expect(sprint.runs).toHaveLength(2);
    expectLandings(sprint, KEY);
    expectQuiet(sprint);
  }));
