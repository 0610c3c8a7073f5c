import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestName } from "../../../src/core/model/nearest-name.ts";

const KNOWN = ["max_workers", "max_retry_per_story", "limits", "hooks", "run", "plan"];

test.each([
  ["max_worker", "max_workers"],
  ["maxWorkers", "max_workers"],
  ["max-workers", "max_workers"],
  ["limit", "limits"],
  ["hoosk", "hooks"],
  ["rnu", "run"],
  ["max", "max_workers"],
  ["zebra", undefined],
  ["", undefined],
  ["x".repeat(1_000_000), undefined],
])("%.20s resembles %s", (given, nearest) => {
  expect(nearestName(given, KNOWN)).toBe(nearest);
});

test("a known name is its own nearest", () => {
  fc.assert(fc.property(fc.constantFrom(...KNOWN), (name) => nearestName(name, KNOWN) === name));
});
