/** Tokens and money of a turn. `null` is unknown, never zero. */
export interface Usage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly cachedTokens: number | null;
  readonly usd: number | null;
}

export const NO_USAGE: Usage = { inputTokens: null, outputTokens: null, cachedTokens: null, usd: null };

const add = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : a + b);

/** Sum of two usages; unknown plus known is known. */
export const addUsage = (a: Usage, b: Usage): Usage => ({
  inputTokens: add(a.inputTokens, b.inputTokens),
  outputTokens: add(a.outputTokens, b.outputTokens),
  cachedTokens: add(a.cachedTokens, b.cachedTokens),
  usd: add(a.usd, b.usd),
});
