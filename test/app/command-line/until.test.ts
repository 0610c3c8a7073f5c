import { expect, test } from "vitest";
import { isTime, untilMs } from "../../../src/app/command-line/until.ts";

const EVENING_MS = new Date(2026, 0, 30, 22, 15).getTime();

test("a clock time is the next such moment", () => {
  expect(untilMs("07:00", EVENING_MS)).toBe(new Date(2026, 0, 31, 7, 0).getTime());
  expect(untilMs("7:00", EVENING_MS)).toBe(new Date(2026, 0, 31, 7, 0).getTime());
  expect(untilMs("23:59", EVENING_MS)).toBe(new Date(2026, 0, 30, 23, 59).getTime());
  expect(untilMs("22:15", EVENING_MS)).toBe(new Date(2026, 0, 31, 22, 15).getTime());
});

test("an ISO time without a zone, or a bare date, is local; with one it is exact", () => {
  expect(untilMs("2026-01-31T07:00", EVENING_MS)).toBe(new Date(2026, 0, 31, 7, 0).getTime());
  expect(untilMs("2026-02-01", EVENING_MS)).toBe(new Date(2026, 1, 1).getTime());
  expect(untilMs("2026-02-01T07:00:30Z", EVENING_MS)).toBe(Date.UTC(2026, 1, 1, 7, 0, 30));
});

test("a time that has passed is refused", () => {
  expect(() => untilMs("2026-01-01T07:00", EVENING_MS)).toThrow("--until 2026-01-01T07:00 has passed already");
});

test.each(["24:00", "7", "07:60", "tomorrow", "2026-13-01T07:00", "2026-01-31T7", "", "07:00 "])(
  "%j is no time",
  (text) => {
    expect(isTime(text)).toBe(false);
  },
);
