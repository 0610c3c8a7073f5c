import { expect, test } from "vitest";
import { Engine, type EnginePorts } from "../../../src/core/engine/engine.ts";
import { InvariantError } from "../../../src/core/model/assert.ts";
import type { Effect, EffectResult } from "../../../src/core/scheduler/effects.ts";
import type { JournaledEvent } from "../../../src/core/scheduler/events.ts";
import { evolve } from "../../../src/core/scheduler/evolve.ts";
import { initialState } from "../../../src/core/scheduler/state.ts";
import { barePolicy, goodResult, policy, story, turn } from "../../support/run.ts";

/** A world for an engine: everything ends well unless told otherwise, and every call is written down. */
const world = (perform: (effect: Effect, signal: AbortSignal) => Promise<EffectResult> | EffectResult) => {
  const log: string[] = [];
  const journaled: JournaledEvent[] = [];
  const ports: EnginePorts = {
    now: Date.now,
    luck: () => 0,
    journal: {
      append: (events) => {
        journaled.push(...events);
        for (const { event } of events) log.push(event.type);
      },
      sync: async () => {
        log.push("sync");
      },
    },
    perform: async (effect, signal) => {
      log.push(`perform ${effect.kind}`);
      return perform(effect, signal);
    },
    clean: (text) => text,
    onEvents: () => {},
  };
  return { ports, log, journaled };
};

test("an event is in the journal before its effect runs, and a fact that must last is on the disk before what follows", async () => {
  const { ports, log } = world(goodResult);
  const engine = new Engine(initialState(barePolicy(), [story("a"), story("b", ["a"])]), 0, ports);
  engine.start();
  await engine.ended;
  expect(log.indexOf("turn.started")).toBeLessThan(log.indexOf("perform run-turn"));
  const second = log.lastIndexOf("perform run-turn");
  expect(log.slice(0, second).lastIndexOf("sync")).toBeGreaterThan(log.indexOf("story.ended"));
  expect(engine.state.result).toMatchObject({ exit: 0 });
});

test("a resumed engine performs what was outstanding again, and only that", async () => {
  const stories = [story("a"), story("b")];
  const given = policy({ maxWorkers: 2 });
  const first = world((effect) =>
    effect.kind === "run-turn" && effect.story === "b" ? new Promise(() => {}) : goodResult(effect),
  );
  const engine = new Engine(initialState(given, stories), 0, first.ports);
  engine.start();
  await expect.poll(() => engine.state.stories.get("a")?.outcome).toBe("done");
  engine.abandon();

  const state = initialState(given, stories);
  for (const entry of first.journaled) evolve(state, entry);
  const performed: string[] = [];
  const second = world((effect) => {
    performed.push(`${effect.kind} ${"story" in effect ? effect.story : ""} ${effect.id}`);
    return goodResult(effect);
  });
  const outstanding = [...state.effects.values()].map(({ kind, id }) => `${kind} b ${id}`);
  const again = new Engine(state, first.journaled.length, second.ports);
  again.resume();
  await again.ended;
  expect(performed.slice(0, outstanding.length)).toEqual(outstanding);
  expect(performed.filter((line) => line.startsWith("run-turn a"))).toEqual([]);
  expect(second.journaled[0]?.seq).toBe(first.journaled.length + 1);
  expect(again.state.result).toMatchObject({ exit: 0 });
});

test("a story whose pause is over while every worker is busy has the engine wait for a worker, not look again and again", async () => {
  let looks = 0;
  let failures = 0;
  let endB: (result: EffectResult) => void = () => {};
  const { ports } = world((effect) => {
    if (effect.kind !== "run-turn") return goodResult(effect);
    if (effect.story === "b") return new Promise((resolve) => (endB = resolve));
    return failures++ > 0 ? goodResult(effect) : turn({ kind: "halted", reason: "no" });
  });
  const counted: EnginePorts = {
    ...ports,
    now: () => {
      looks++;
      return Date.now();
    },
  };
  const engine = new Engine(initialState(barePolicy({ maxWorkers: 1 }), [story("a"), story("b")]), 0, counted);
  engine.start();
  await expect.poll(() => engine.state.stories.get("b")?.stage).toBe("running");
  const { notBeforeMs = 0 } = engine.state.stories.get("a") ?? {};
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, notBeforeMs - Date.now()) + 300));
  expect(engine.state.stories.get("a")?.stage).toBe("queued");
  expect(looks).toBeLessThan(30);
  endB(turn({ kind: "finished" }));
  await engine.ended;
  expect(engine.state.result).toMatchObject({ exit: 0 });
});

test("what nobody waits for any more is aborted", async () => {
  let aborted = false;
  const { ports } = world((effect, signal) => {
    if (effect.kind !== "check-evidence") return goodResult(effect);
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        aborted = true;
        reject(new Error("nobody waits"));
      });
    });
  });
  const engine = new Engine(initialState(policy(), [story("a")]), 0, ports);
  engine.start();
  await expect.poll(() => [...engine.state.effects.values()].map(({ kind }) => kind)).toContain("check-evidence");
  expect(engine.command({ type: "stop", reason: "test" })).toBeUndefined();
  await engine.ended;
  expect(aborted).toBe(true);
  expect(engine.state.result).toMatchObject({ status: "paused", exit: 130 });
});

test("a performer that throws is a failed effect; a full disk stops the run with status 3", async () => {
  const { ports } = world((effect) => {
    if (effect.kind === "write-status") throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
    return effect.kind === "run-turn" ? turn({ kind: "cut", reason: "stop" }) : goodResult(effect);
  });
  const engine = new Engine(initialState(policy(), [story("a")]), 0, ports);
  engine.start();
  await engine.ended;
  expect(engine.state.result).toMatchObject({ exit: 3, reason: "no space left" });
});

test("a bug of ours stops everything instead of going on wrong", async () => {
  const { ports } = world(() => {
    throw new InvariantError("broken");
  });
  const engine = new Engine(initialState(barePolicy(), [story("a")]), 0, ports);
  engine.start();
  await expect(engine.ended).rejects.toThrow("broken");
});

test("a programming error in a performer ends the run instead of being repeated", async () => {
  const { ports } = world(() => {
    throw new TypeError("undefined is not a function");
  });
  const engine = new Engine(initialState(barePolicy(), [story("a")]), 0, ports);
  engine.start();
  await expect(engine.ended).rejects.toThrow("undefined is not a function");
});

test("a journal that cannot be written stops the engine before any effect runs", async () => {
  const { ports, log } = world(goodResult);
  const engine = new Engine(initialState(barePolicy(), [story("a")]), 0, {
    ...ports,
    journal: {
      ...ports.journal,
      append: () => {
        throw Object.assign(new Error("disk full"), { code: "ENOSPC" });
      },
    },
  });
  engine.start();
  await expect(engine.ended).rejects.toThrow("disk full");
  expect(log).not.toContain("perform run-turn");
});

test("a command that does not apply says why and changes nothing", async () => {
  const { ports, journaled } = world(goodResult);
  const engine = new Engine(initialState(barePolicy(), [story("a")]), 0, ports);
  engine.start();
  await engine.ended;
  const before = journaled.length;
  expect(engine.command({ type: "pause" })).toBe("the run has ended");
  expect(journaled).toHaveLength(before);
});

test("a retry wakes up when its pause is over", async () => {
  let tries = 0;
  const { ports } = world((effect) => {
    tries++;
    return tries === 1 ? turn({ kind: "halted", reason: "once" }) : goodResult(effect);
  });
  const engine = new Engine(initialState(barePolicy(), [story("a")]), 0, ports);
  engine.start();
  await engine.ended;
  expect(tries).toBe(2);
  expect(engine.state.result).toMatchObject({ exit: 0 });
});
