import { expect } from "vitest";
import type { Step } from "../support/model-server/conversation.ts";
import { eventually } from "../support/steering.ts";
import type { Bench } from "./bench.ts";
import { nextOf, quick, quickPlan } from "./builder.ts";
import { linesOf, STORY, toldBy, writeOneStory } from "./one-story.ts";
import { taskOf } from "./task.ts";

/** A lead that is killed while its agent waits for the model: the next one takes the same turn over. */
export const isAdopted = async (bench: Bench): Promise<void> => {
  const asked = Promise.withResolvers<void>();
  const killed = Promise.withResolvers<void>();
  await writeOneStory(bench, async (request) => {
    if (request.number === 0) {
      asked.resolve();
      await killed.promise;
    }
    return quick(request);
  });
  const first = bench.live("run", "--headless", "--json");
  await untilAskedBy(first, asked.promise);
  first.signal("SIGKILL");
  await first.ended;
  const second = bench.live("run", "--resume", "--headless", "--json");
  await eventually("the second lead speaks", () => second.stdout() !== "");
  killed.resolve();
  const { status, lines, text } = await toldBy(second);
  expect(status, text).toBe(0);
  expect(linesOf(lines, "story.ended"), text).toMatchObject([{ outcome: "done", attempts: 1 }]);
  // One turn, which was asked to build once.
  expect(bench.asked.filter((request) => taskOf(request).done === 0)).toHaveLength(1);
  expect(bench.left()).toEqual([]);
};

/** What a person says to an agent at work reaches it: in the middle of its turn, or in the next one of its session. */
export const hearsAMessage = async (bench: Bench): Promise<void> => {
  const message = "mind the gap";
  const asked = Promise.withResolvers<void>();
  const said = Promise.withResolvers<void>();
  await writeOneStory(bench, async (request) => {
    if (request.number === 0) {
      asked.resolve();
      await said.promise;
    }
    // A tool that the message interrupted has done nothing: the work begins anew behind it.
    const heardAt = request.said.findLastIndex((each) => each.by === "user" && each.text.includes(message));
    if (heardAt < 0) return quick(request);
    const done = request.said.slice(heardAt).filter(({ by }) => by === "tool-result").length;
    return nextOf(quickPlan(STORY), { ...taskOf(request), done });
  });
  const run = bench.live("run", "--headless", "--json");
  await untilAskedBy(run, asked.promise);
  expect(await bench.storyboard("ctl", "message", STORY, message)).toMatchObject({ status: 0 });
  said.resolve();
  const { status, lines, text } = await toldBy(run);
  expect(status, text).toBe(0);
  expect(linesOf(lines, "story.ended"), text).toMatchObject([{ outcome: "done", attempts: 1 }]);
  const heard = bench.asked.filter((request) => JSON.stringify(request.said).includes(message));
  expect(heard.length, text).toBeGreaterThan(0);
  expect(bench.left()).toEqual([]);
};

/** What a tool left in the background, which no program stops by itself. */
const SERVER = `node -e 'require("node:http").createServer().listen(0)'`;
const START_SERVER: Step = { do: "run", command: `setsid ${SERVER} > /dev/null 2>&1 & echo started` };

/** A cancelled story ends at once, and takes everything that its tools have started with it. */
export const leavesNothingWhenCancelled = async (bench: Bench): Promise<void> => {
  const waiting = Promise.withResolvers<void>();
  await writeOneStory(
    bench,
    (request) => {
      if (taskOf(request).done === 0) return START_SERVER;
      waiting.resolve();
      return { do: "hang" };
    },
    { profile: { permissions: "full" } },
  );
  const run = bench.live("run", "--headless", "--json");
  await untilAskedBy(run, waiting.promise);
  expect(bench.left()).toContainEqual(expect.stringContaining("createServer"));
  expect(await bench.storyboard("ctl", "cancel", STORY)).toMatchObject({ status: 0 });
  const { status, lines, text } = await toldBy(run);
  expect(status, text).toBe(1);
  expect(linesOf(lines, "story.ended"), text).toMatchObject([{ outcome: "failed", error: { type: "CancelledError" } }]);
  expect(bench.left()).toEqual([]);
};

/** Waits until the model is asked; a run that ends before has failed. */
const untilAskedBy = async (run: ReturnType<Bench["live"]>, asked: Promise<void>): Promise<void> => {
  const ended = run.ended.then((status) => {
    throw new Error(`the run ended with ${status} before it asked the model:\n${run.stderr()}\n${run.stdout()}`);
  });
  await Promise.race([asked, ended]);
};
