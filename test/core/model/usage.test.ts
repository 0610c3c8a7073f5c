import { expect, test } from "vitest";
import { contractUsage, costWords } from "../../../src/app/machine-contract/contract-words.ts";
import { addUsage, NO_USAGE, type Usage, usageSince } from "../../../src/core/model/usage.ts";

const used = (inputTokens: number | null, usd: number | null): Usage => ({
  inputTokens,
  outputTokens: inputTokens === null ? null : 1,
  cachedTokens: null,
  usd,
});
const shown = (...parts: readonly Usage[]): string => costWords(contractUsage(parts.reduce(addUsage, NO_USAGE)));

test("a price that nobody knows is never zero, and a sum that is known in part says so", () => {
  expect(shown()).toBe("–");
  expect(shown(used(100, null))).toBe("–");
  expect(shown(used(100, 0.5), used(100, 0.25))).toBe("$0.75");
  expect(shown(used(100, 0.5), used(100, null))).toBe("$0.50+");
  expect(shown(used(100, null), used(100, 0.5), used(100, 0.5))).toBe("$1.00+");
  // A turn that used nothing, or said nothing of it, costs nothing that is known of.
  expect(shown(used(100, 0.5), NO_USAGE)).toBe("$0.50");
});

test("what was used since a total is never negative, and unknown where the later total is", () => {
  expect(usageSince(used(100, null), used(40, null))).toMatchObject({ inputTokens: 60, outputTokens: 0, usd: null });
  expect(usageSince(used(40, 1), used(100, 2))).toMatchObject({ inputTokens: 0, usd: 0 });
  expect(usageSince(used(null, null), used(100, null)).inputTokens).toBeNull();
  expect(usageSince(used(100, 1), NO_USAGE)).toMatchObject({ inputTokens: 100, usd: 1 });
});
