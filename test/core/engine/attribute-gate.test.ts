import fc from "fast-check";
import { expect, test } from "vitest";
import { firstRed } from "../../../src/core/engine/performers/attribute-gate.ts";

test("the landing that a gate is red since is found by halving, or narrowed down within a bound", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 200 }), fc.nat(), async (count, at) => {
      const landings = Array.from({ length: count }, (_, i) => ({ story: `s${i}`, commit: String(i) }));
      const culprit = at % count;
      let runs = 0;
      const found = await firstRed(landings, async (commit) => {
        runs++;
        return Number(commit) >= culprit;
      });
      expect(runs).toBeLessThanOrEqual(5);
      expect(found).toContain(`s${culprit}`);
      if (count <= 32) expect(found).toEqual([`s${culprit}`]);
    }),
  );
  expect(await firstRed([], async () => true)).toBeUndefined();
});
