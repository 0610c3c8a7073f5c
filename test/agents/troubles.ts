import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { UsageLimit } from "./agent-under-test.ts";
import type { Bench } from "./bench.ts";
import { nextOf, quick, quickPlan } from "./builder.ts";
import { linesOf, runOneStory, STORY, toldBy, writeOneStory } from "./one-story.ts";
import { taskOf } from "./task.ts";

/** How long a limit lasts, in milliseconds; longer than a program tries again by itself. */
const LIMITED_MS = 8_000;
/** The same where the program waits by itself. */
const MOMENT_MS = 1_000;
/** How far off a time may be that was said as a number of seconds from now. */
const TOLERANCE_MS = 3_000;

/** A usage limit that says when it ends: the run sleeps until then, goes on by itself, and no attempt is lost. */
export const waitsForALimit = async (bench: Bench, limit: UsageLimit): Promise<void> => {
  let endMs = 0;
  let isTold = (): boolean => false;
  await writeOneStory(bench, (request) => {
    if (isTold() && Date.now() >= endMs) return quick(request);
    if (limit.isWaitedFor) endMs = Date.now() + MOMENT_MS;
    else if (endMs === 0) endMs = Date.now() + LIMITED_MS;
    return limit.refusal(endMs);
  });
  const run = bench.live("run", "--headless", "--json");
  isTold = () => run.stdout().includes('"limit.waiting"');
  const { status, lines, text } = await toldBy(run);
  expect(status, text).toBe(0);
  const waits = linesOf(lines, "limit.waiting");
  expect(waits, text).toHaveLength(1);
  const lateMs = Date.parse(waits[0]?.until ?? "") - endMs;
  expect(lateMs, text).toBeGreaterThan(-TOLERANCE_MS);
  expect(lateMs, text).toBeLessThan((limit.precisionMs ?? 0) + TOLERANCE_MS);
  expect(linesOf(lines, "story.ended"), text).toMatchObject([{ outcome: "done", attempts: 1 }]);
  expect(linesOf(lines, "story.retrying"), text).toEqual([]);
};

/** A model that accepts a request and never answers: the turn is stopped, and the next attempt does the work. */
export const outlivesAHang = async (bench: Bench): Promise<void> => {
  const configuration = { limits: { silent_minutes: bench.agent.silentSeconds / 60 } };
  await writeOneStory(bench, (request) => (request.number === 1 ? { do: "hang" } : quick(request)), { configuration });
  const { status, lines, text } = await runOneStory(bench);
  expect(status, text).toBe(0);
  expect(linesOf(lines, "story.retrying"), text).toMatchObject([{ attempt: 2, error: { type: "TimeoutError" } }]);
  expect(linesOf(lines, "story.ended"), text).toMatchObject([{ outcome: "done", attempts: 2 }]);
  expect(bench.left()).toEqual([]);
};

/** Actions beyond the level `edit` do not happen, are seen, and do not keep the agent from its work. */
export const showsWhatIsDenied = async (bench: Bench): Promise<void> => {
  await writeOneStory(bench, (request) => {
    const task = taskOf(request);
    return nextOf([...bench.agent.forbidden(bench.place), ...quickPlan(task.story)], task);
  });
  // The feed tells what a program announces, the card what it only lets out at its end.
  const { status, stdout, stderr } = await bench.storyboard("run", "--headless");
  expect(existsSync(join(bench.place.home, "forbidden"))).toBe(false);
  expect(status, stdout + stderr).toBe(0);
  expect(stdout).toContain("not allowed");
};

/** An agent that halts ends its attempt with the reason that it gave, whatever the program's exit status. */
export const believesAHalt = async (bench: Bench): Promise<void> => {
  const reason = "the story needs a decision.";
  await writeOneStory(bench, () => ({ do: "say", text: `I looked.\n\nHALT: ${reason}` }), {
    configuration: { max_retry_per_story: 1 },
  });
  const { status, lines, text } = await runOneStory(bench);
  expect(status, text).toBe(1);
  expect(linesOf(lines, "story.ended"), text).toMatchObject([
    { story: STORY, outcome: "failed", error: { type: "HaltError", message: expect.stringContaining(reason) } },
  ]);
  expect(bench.asked).toHaveLength(1);
};
