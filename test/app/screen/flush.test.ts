import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFlusher, flushPeriodMs } from "../../../src/app/screen/flush.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const flusherOf = (whenReadable: () => Promise<void> | undefined = () => undefined) => {
  const drawnAt: number[] = [];
  const startMs = Date.now();
  const flusher = createFlusher({
    draw: () => drawnAt.push(Date.now() - startMs),
    whenReadable,
    periodMs: () => 100,
    now: Date.now,
  });
  return { flusher, drawnAt };
};

test("many changes are one frame, at most ten a second; no change is none", () => {
  const { flusher, drawnAt } = flusherOf();
  for (let ms = 0; ms < 1_000; ms++) {
    flusher.mark();
    vi.advanceTimersByTime(1);
  }
  vi.advanceTimersByTime(500);
  expect(drawnAt.length).toBeLessThanOrEqual(11);
  expect(drawnAt.length).toBeGreaterThanOrEqual(10);
  const before = drawnAt.length;
  vi.advanceTimersByTime(60_000);
  expect(drawnAt).toHaveLength(before);
  expect(vi.getTimerCount()).toBe(0);
});

test("a change after a quiet time is drawn at once", () => {
  const { flusher, drawnAt } = flusherOf();
  flusher.mark();
  vi.advanceTimersByTime(0);
  expect(drawnAt).toEqual([0]);
});

test("nothing is drawn while nobody reads the terminal, and one frame when somebody does again", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isStalled = true;
  const { flusher, drawnAt } = flusherOf(() => (isStalled ? promise : undefined));
  for (let i = 0; i < 50; i++) {
    flusher.mark();
    flusher.markNow();
    vi.advanceTimersByTime(100);
  }
  expect(drawnAt).toEqual([]);
  isStalled = false;
  resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(drawnAt).toHaveLength(1);
});

test("a larger screen is drawn less often", () => {
  expect([60 * 20, 80 * 24, 120 * 40, 200 * 50, 400 * 100].map((cells) => Math.round(flushPeriodMs(cells)))).toEqual([
    100, 100, 170, 250, 250,
  ]);
});
