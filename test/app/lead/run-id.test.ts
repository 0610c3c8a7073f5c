import { expect, test } from "vitest";
import { newRunId } from "../../../src/app/lead/run-id.ts";

const NOW = Date.parse("2026-01-31T22:59:59.900Z");

test("a run's id begins with its time", () => {
  expect(newRunId(NOW, undefined)).toMatch(/^20260131-225959-[0-9a-f]{4}$/);
  expect(newRunId(NOW, "20260131-225958-ffff")).toMatch(/^20260131-225959-/);
  expect(newRunId(NOW, "something of a person's")).toMatch(/^20260131-225959-/);
});

test("it sorts behind every earlier one: of the same second, and of a time that is still to come", () => {
  expect(newRunId(NOW, "20260131-225959-0000")).toMatch(/^20260131-230000-/);
  expect(newRunId(NOW, "20270101-000000-ffff")).toMatch(/^20270101-000001-/);
});

test("a folder that only looks like a run's does not hold a start up", () => {
  expect(newRunId(NOW, "20269999-999999-0000")).toMatch(/^20260131-225959-/);
});
