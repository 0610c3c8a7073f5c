import type { Usage } from "../../model/usage.ts";
import { amountOf, fieldsOf } from "../reading/fields.ts";

/**
 * What the whole thread used so far, as `turn.completed` tells. Input there includes what the cache served, and output
 * the reasoning; money is never told.
 */
export const readCodexUsage = (value: unknown): Usage => {
  const usage = fieldsOf(value) ?? {};
  const input = amountOf(usage.input_tokens);
  const cachedTokens = amountOf(usage.cached_input_tokens);
  return {
    inputTokens: input === null ? null : Math.max(0, input - (cachedTokens ?? 0)),
    outputTokens: amountOf(usage.output_tokens),
    cachedTokens,
    usd: null,
  };
};
