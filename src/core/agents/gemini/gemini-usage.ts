import { NO_USAGE, type Usage } from "../../model/usage.ts";
import { amountOf, fieldsOf } from "../reading/fields.ts";

/**
 * What a turn used, by the `stats` of its result, which count this process alone. `input_tokens` has what the cache
 * served in it, and `output_tokens` lacks the reasoning, which only `total_tokens` has. Money is never told.
 *
 * @param hasAnswered whether the model said or did anything; then a count of nothing means that it was not counted
 */
export const geminiUsage = (stats: unknown, hasAnswered: boolean): Usage => {
  const fields = fieldsOf(stats) ?? {};
  const prompt = amountOf(fields.input_tokens);
  const output = amountOf(fields.output_tokens);
  const total = amountOf(fields.total_tokens);
  if (prompt === null || (hasAnswered && prompt === 0)) return NO_USAGE;
  const cached = Math.min(amountOf(fields.cached) ?? 0, prompt);
  return {
    inputTokens: prompt - cached,
    outputTokens: total === null ? output : Math.max(output ?? 0, total - prompt),
    cachedTokens: cached,
    usd: null,
  };
};
