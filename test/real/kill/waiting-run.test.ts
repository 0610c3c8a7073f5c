import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { expectAllLandedOnce } from "./check.ts";
import { KillableSprint, killConfiguration, resume, until, using } from "./sprint.ts";

// They run side by side, and mostly wait.
vi.setConfig({ testTimeout: 90_000 });

const ONE = [{ key: "1-1-base" }];
const KEYS = ["1-1-base"];

test.concurrent("an answer that was given while nobody led is taken by --resume", () =>
  using(new KillableSprint(ONE, { environment: { AGENT_ASKS: "yes" } }), async (sprint) => {
    const lead = sprint.lead();
    await until("the story waits", () => sprint.events("story.parked").length > 0);
    await lead.kill();
    const answered = await sprint.storyboard(["ctl", "answer", "1-1", "blue"]);
    expect(answered.status, answered.stderr).toBe(0);
    const resumed = await resume(sprint, { AGENT_ASKS: "" });
    expect(resumed.status, resumed.stdout).toBe(0);
    await expectAllLandedOnce(sprint, KEYS);
  }));

test.concurrent("an answer to a run that ended with the question open reopens it", () =>
  using(
    new KillableSprint(ONE, { configuration: killConfiguration("inbox: fail"), environment: { AGENT_ASKS: "yes" } }),
    async (sprint) => {
      expect((await resume(sprint)).status).toBe(1);
      expect((await sprint.storyboard(["ctl", "answer", "1-1", "blue"])).status).toBe(0);
      const resumed = await resume(sprint, { AGENT_ASKS: "" });
      expect(resumed.status, resumed.stdout).toBe(0);
      await expectAllLandedOnce(sprint, KEYS);
    },
  ));

test.concurrent("a run that its breaker ended goes on with what is left", () =>
  using(
    new KillableSprint([{ key: "1-1-base" }, { key: "1-2-other" }], {
      configuration: killConfiguration("max_retry_per_story: 1\ncircuit_breaker: 1\nmax_workers: 1\norder: parallel"),
    }),
    async (sprint) => {
      const opened = await resume(sprint, { AGENT_FAILS: "yes" });
      expect(opened.status).toBe(3);
      const resumed = await resume(sprint);
      // One story has failed for good; the other one was never tried before.
      expect(resumed.status, resumed.stdout).toBe(1);
      expect(sprint.project.git("log", "--format=%s", "main")).toContain("feat(1-2)");
      expect((await resume(sprint)).status).toBe(1);
    },
  ));

test.concurrent("a lead that is killed while its run is paused leaves it paused; resuming says so", () =>
  using(new KillableSprint(ONE), async (sprint) => {
    const allowed = { AGENT_WAITS_FOR: join(sprint.logs, "go-on") };
    const lead = sprint.lead(undefined, allowed);
    await until("a turn runs", () => sprint.logged("agents").length > 0);
    expect(await sprint.storyboard(["ctl", "pause"])).toMatchObject({ status: 0 });
    await lead.kill();
    const resumed = sprint.lead(undefined, allowed);
    await until("it is resumed", () => sprint.events("run.resumed").length > 0);
    writeFileSync(allowed.AGENT_WAITS_FOR, "");
    await until("its turn has ended", () => sprint.events("turn.ended").length > 0);
    const shown = await sprint.storyboard(["status", "--json"]);
    expect(JSON.parse(shown.stdout).state).toBe("paused");
    expect(sprint.logged("agents").some((line) => line.includes("VERIFY"))).toBe(false);
    expect((await sprint.storyboard(["ctl", "resume"])).status).toBe(0);
    const { status, stdout } = await resumed.end();
    expect(status).toBe(0);
    expect(stdout).toMatch(/paused/i);
    await expectAllLandedOnce(sprint, KEYS);
  }));

test.concurrent("a gate that a stop cut off is run again, and costs no attempt", () =>
  using(new KillableSprint(ONE), async (sprint) => {
    const slow = join(sprint.logs, "slow");
    const lead = sprint.lead(["run", "--resume", "--headless"], { GATE_SLOW_FILE: slow });
    await until("the work is there", () => sprint.events("turn.started").length > 0);
    writeFileSync(slow, "");
    await until("a gate runs", () => sprint.logged("gates").length > 1);
    lead.process.kill("SIGINT");
    expect((await lead.end()).status).toBe(130);
    const resumed = await resume(sprint);
    expect(resumed.status, resumed.stdout).toBe(0);
    await expectAllLandedOnce(sprint, KEYS);
  }));

test.concurrent("a gate whose keeper died with the lead is run again, and costs no attempt", () =>
  using(new KillableSprint(ONE), async (sprint) => {
    const slow = join(sprint.logs, "slow");
    const lead = sprint.lead(["run", "--resume", "--headless"], { GATE_SLOW_FILE: slow });
    await until("the work is there", () => sprint.events("turn.started").length > 0);
    writeFileSync(slow, "");
    await until("a gate runs", () => sprint.logged("gates").length > 1);
    await lead.kill();
    sprint.killJobs();
    const resumed = await resume(sprint);
    expect(resumed.status, resumed.stdout).toBe(0);
    await expectAllLandedOnce(sprint, KEYS);
  }));

test.concurrent("a lead that is killed right after it was told to stop costs no attempt", () =>
  using(new KillableSprint(ONE, { environment: { AGENT_SECONDS: "30" } }), async (sprint) => {
    const lead = sprint.lead();
    await until("a turn runs", () => sprint.logged("agents").length > 0);
    lead.process.kill("SIGINT");
    await until("it stops", () => sprint.events("turn.stop-requested").length > 0);
    await lead.kill();
    const resumed = await resume(sprint, { AGENT_SECONDS: "0.1" });
    expect(resumed.status, resumed.stdout).toBe(0);
    await expectAllLandedOnce(sprint, KEYS);
  }));
