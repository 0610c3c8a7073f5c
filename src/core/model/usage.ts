/** Tokens and money of a turn. `null` is unknown, never zero. */
export interface Usage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly cachedTokens: number | null;
  readonly usd: number | null;
  /** Set in a sum where a part that used tokens has no known price: it cost more than `usd`. */
  readonly usdIsPart?: true;
}

export const NO_USAGE: Usage = { inputTokens: null, outputTokens: null, cachedTokens: null, usd: null };

const add = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : a + b);

/** Sum of two usages; unknown plus known is known, and a price that is known in part says so. */
export const addUsage = (a: Usage, b: Usage): Usage => {
  const usd = add(a.usd, b.usd);
  const isPart = usd !== null && (lacksPrice(a) || lacksPrice(b));
  return {
    inputTokens: add(a.inputTokens, b.inputTokens),
    outputTokens: add(a.outputTokens, b.outputTokens),
    cachedTokens: add(a.cachedTokens, b.cachedTokens),
    usd,
    ...(isPart ? { usdIsPart: true } : {}),
  };
};

const lacksPrice = ({ usd, usdIsPart, inputTokens, outputTokens }: Usage): boolean =>
  usdIsPart === true || (usd === null && (inputTokens ?? 0) + (outputTokens ?? 0) > 0);

/** What was used between two totals; unknown where the later one is, never less than nothing. */
export const usageSince = (total: Usage, before: Usage): Usage => ({
  inputTokens: since(total.inputTokens, before.inputTokens),
  outputTokens: since(total.outputTokens, before.outputTokens),
  cachedTokens: since(total.cachedTokens, before.cachedTokens),
  usd: since(total.usd, before.usd),
});

const since = (total: number | null, before: number | null): number | null =>
  total === null ? null : Math.max(0, total - (before ?? 0));
