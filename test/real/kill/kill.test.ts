import { afterEach, expect, test } from "vitest";
import { leadPid, TestTerminal } from "../../support/terminal.ts";
import { expectAllLandedOnce, expectNothingTwice } from "./check.ts";
import { killAt, type Moment, momentsOf } from "./moments.ts";
import { KillableSprint, type Lead, SIX, until } from "./sprint.ts";

const KEYS = SIX.map(({ key }) => key);
/** Moments that are part of the ordinary suite; `npm run test:kill` has 40. */
const FEW = 8;
const COUNT = Number(process.env.STORYBOARD_KILL_MOMENTS ?? FEW);
const SEED = Number(process.env.STORYBOARD_KILL_SEED ?? Date.now() % 1_000_000);

let sprint: KillableSprint | undefined;
afterEach(() => sprint?.remove());

test(`a lead that is killed at ${COUNT} moments, half of them with its screen, and resumed lands every story once (STORYBOARD_KILL_SEED=${SEED})`, {
  timeout: 60_000 + COUNT * 6_000,
}, async () => {
  const moments = momentsOf(SEED, COUNT);
  // A sprint that ends before all moments have come is followed by another one.
  for (let done = 0; done < moments.length; ) {
    sprint = new KillableSprint();
    const { killed, last } = await runKilled(sprint, moments.slice(done));
    const told = JSON.stringify({ seed: SEED, killed: moments.slice(done, done + killed), last });
    expect(last.status, told).toBe(0);
    await expectAllLandedOnce(sprint, KEYS);
    expectNothingTwice(sprint, KEYS);
    await sprint.remove();
    done += killed;
    // A moment that only a resumed lead has cannot be the first one.
    if (killed === 0) moments[done] = { kind: "time", afterMs: 500 };
  }
});

/**
 * Leads a sprint to its end; one lead after the other is killed at its moment, as long as there are moments. Every other
 * one has a screen, which is killed with it: now before it, now after it.
 */
const runKilled = async (killable: KillableSprint, moments: readonly Moment[]) => {
  let killed = 0;
  for (;;) {
    const lead = killable.lead();
    const moment = moments[killed];
    if (moment === undefined) return { killed, last: await lead.end() };
    const screen = killed % 2 === 0 ? undefined : screenOf(killable, lead);
    const isKilled = await killAt(killable, lead, moment, killed % 4 === 1 ? screen : undefined);
    screen?.close();
    if (!isKilled) return { killed, last: await lead.end() };
    killed++;
  }
};

/** A screen that looks at the lead's run, as soon as there is one. */
const screenOf = (killable: KillableSprint, lead: Lead): { close(): void } => {
  let isClosed = false;
  let opened: TestTerminal | undefined;
  void until("there is a run to be watched", () => isClosed || leadPid(killable.project) === lead.process.pid).then(
    () => {
      if (!isClosed) opened = new TestTerminal(killable.project, ["watch"]);
    },
  );
  return {
    close: () => {
      isClosed = true;
      opened?.close();
    },
  };
};
