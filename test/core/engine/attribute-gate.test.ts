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

test("a run that says nothing ends the search: no landing is named that another may be guilty of", async () => {
  const landings = Array.from({ length: 8 }, (_, i) => ({ story: `s${i}`, commit: String(i) }));
  const red = (known: Readonly<Record<string, boolean>>) => firstRed(landings, async (commit) => known[commit]);
  expect(await red({})).toEqual(landings.map(({ story }) => story));
  expect(await red({ 3: true })).toEqual(["s0", "s1", "s2", "s3"]);
  expect(await red({ 3: false })).toEqual(["s4", "s5", "s6", "s7"]);
});
