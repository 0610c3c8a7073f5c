import { describe, expect, test } from "vitest";
import {
  createGateRunner,
  type GateRequest,
  type GateRun,
  type StoredGate,
} from "../../../src/core/evidence/gate-runner.ts";

const request = (key: string, name = "test"): GateRequest => ({ name, key, run: "true", cwd: "/", timeoutMs: 1 });
const ended = (ok = true): GateRun => ({ kind: "ended", ok, durationMs: 5, tail: ["t"], output: "/o" });

/** A runner whose gates end when the test says so. */
const controlled = (parallel = 1) => {
  const started: { key: string; signal: AbortSignal; end: (run: GateRun) => void; crash: (error: Error) => void }[] =
    [];
  const stored = new Map<string, StoredGate>();
  const runner = createGateRunner({
    parallel,
    run: ({ key }, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<GateRun>();
      started.push({ key, signal, end: resolve, crash: reject });
      return promise;
    },
    cache: {
      get: async (key) => stored.get(key),
      set: async (key, value) => void stored.set(key, value),
    },
  });
  /** Lets everything happen that can happen without a gate ending. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { runner, started, stored, settle, keys: () => started.map(({ key }) => key) };
};

test("what is cached is recalled without a run, what goes on or is not known is not", async () => {
  const { runner, started, settle } = controlled();
  expect(await runner.recall(request("a"))).toBeUndefined();
  const asked = runner.request(request("a"));
  await settle();
  expect(await runner.recall(request("a"))).toBeUndefined();
  started[0]!.end(ended(false));
  await asked;
  expect(await runner.recall(request("a"))).toMatchObject({ name: "test", ok: false, cached: true });
  expect(started).toHaveLength(1);
});

describe("slots", () => {
  test("gates run one at a time, in order of asking", async () => {
    const { runner, started, settle, keys } = controlled();
    const all = ["a", "b", "c"].map((key) => runner.request(request(key)));
    for (const expected of [["a"], ["a", "b"], ["a", "b", "c"]]) {
      await settle();
      expect(keys()).toEqual(expected);
      started.at(-1)!.end(ended());
    }
    expect((await Promise.all(all)).map(({ ok }) => ok)).toEqual([true, true, true]);
  });

  test("who comes after a slot was handed on waits like all others", async () => {
    const { runner, started, settle, keys } = controlled();
    const first = [runner.request(request("a")), runner.request(request("b"))];
    await settle();
    started[0]!.end(ended());
    await settle();
    const late = runner.request(request("c"));
    await settle();
    expect(keys()).toEqual(["a", "b"]);
    started[1]!.end(ended());
    await settle();
    started[2]!.end(ended());
    await Promise.all([...first, late]);
  });

  test("as many run at once as are allowed, and no more", async () => {
    const { runner, started, settle } = controlled(2);
    const all = ["a", "b", "c"].map((key) => runner.request(request(key)));
    await settle();
    expect(started).toHaveLength(2);
    started[1]!.end(ended());
    await settle();
    expect(started).toHaveLength(3);
    for (const gate of started) gate.end(ended());
    await Promise.all(all);
  });

  test("a run that throws frees its slot and is not cached", async () => {
    const { runner, started, settle, stored } = controlled();
    const first = runner.request(request("a"));
    const second = runner.request(request("b"));
    await settle();
    started[0]!.crash(new Error("ours"));
    await expect(first).rejects.toThrow("ours");
    await settle();
    started[1]!.end(ended());
    expect((await second).ok).toBe(true);
    expect([...stored.keys()]).toEqual(["b"]);
  });
});

describe("sharing and caching", () => {
  test("equal requests share one run, whether it waits or goes on, under their own names", async () => {
    const { runner, started, settle } = controlled();
    const running = [runner.request(request("a", "x")), runner.request(request("a", "y"))];
    const waiting = [runner.request(request("b")), runner.request(request("b"))];
    await settle();
    running.push(runner.request(request("a", "z")));
    started[0]!.end(ended(false));
    expect((await Promise.all(running)).map(({ name, ok, cached }) => ({ name, ok, cached }))).toEqual(
      ["x", "y", "z"].map((name) => ({ name, ok: false, cached: false })),
    );
    await settle();
    started[1]!.end(ended());
    await Promise.all(waiting);
    expect(started).toHaveLength(2);
  });

  test.each([true, false])("a result (ok: %s) comes from the cache the next time, without a slot", async (ok) => {
    const { runner, started, settle } = controlled();
    const first = runner.request(request("a"));
    await settle();
    started[0]!.end(ended(ok));
    await first;
    void runner.request(request("slow"));
    await settle();
    expect(await runner.request(request("a"))).toEqual({
      name: "test",
      ok,
      cached: true,
      durationMs: 5,
      tail: ["t"],
      output: "/o",
    });
    started[1]!.end(ended());
  });

  test("a run that was cut off says so and is not cached", async () => {
    const { runner, started, settle, stored } = controlled();
    const first = runner.request(request("a"));
    await settle();
    started[0]!.end({ kind: "cut", reason: "30 minutes", durationMs: 9, tail: [], output: "/o" });
    expect(await first).toMatchObject({ ok: false, cut: "30 minutes" });
    expect(stored.size).toBe(0);
    const second = runner.request(request("a"));
    await settle();
    started[1]!.end(ended());
    expect((await second).ok).toBe(true);
  });

  test("a failing cache costs no result", async () => {
    const errors: unknown[] = [];
    const broken = { get: () => Promise.reject(new Error("get")), set: () => Promise.reject(new Error("set")) };
    const options = { parallel: 1, run: async () => ended(), cache: broken };
    expect((await createGateRunner(options).request(request("a"))).ok).toBe(true);
    const told = createGateRunner({ ...options, onCacheError: (error) => errors.push(error) });
    expect((await told.request(request("a"))).ok).toBe(true);
    expect(errors.map(String)).toEqual(["Error: get", "Error: set"]);
  });
});

describe("giving up", () => {
  test("one waiter that gives up harms no other", async () => {
    const { runner, started, settle } = controlled();
    const stop = new AbortController();
    const leaving = runner.request(request("a"), stop.signal);
    const staying = runner.request(request("a"));
    await settle();
    stop.abort(new Error("left"));
    await expect(leaving).rejects.toThrow("left");
    expect(started[0]!.signal.aborted).toBe(false);
    started[0]!.end(ended());
    expect((await staying).ok).toBe(true);
  });

  test("when the last one gives up the run is stopped, its slot is held until it has ended, and nobody joins it", async () => {
    const { runner, started, settle } = controlled();
    const stop = new AbortController();
    const leaving = runner.request(request("a"), stop.signal);
    await settle();
    stop.abort(new Error("left"));
    await expect(leaving).rejects.toThrow("left");
    expect(started[0]!.signal.aborted).toBe(true);
    const again = runner.request(request("a"));
    await settle();
    expect(started).toHaveLength(1);
    started[0]!.end({ kind: "cut", reason: "stopped", durationMs: 1, tail: [], output: "/o" });
    await settle();
    expect(started).toHaveLength(2);
    started[1]!.end(ended());
    expect((await again).ok).toBe(true);
  });

  test("a waiting gate that nobody wants any more never starts", async () => {
    const { runner, started, settle, keys } = controlled();
    const stop = new AbortController();
    const first = runner.request(request("a"));
    const dropped = runner.request(request("b"), stop.signal);
    const last = runner.request(request("c"));
    await settle();
    stop.abort(new Error("left"));
    await expect(dropped).rejects.toThrow("left");
    started[0]!.end(ended());
    await settle();
    started[1]!.end(ended());
    await Promise.all([first, last]);
    expect(keys()).toEqual(["a", "c"]);
  });

  test("who gave up before asking starts nothing", async () => {
    const { runner, started } = controlled();
    await expect(runner.request(request("a"), AbortSignal.abort(new Error("left")))).rejects.toThrow("left");
    expect(started).toHaveLength(0);
  });
});
