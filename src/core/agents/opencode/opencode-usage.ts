import type { Usage } from "../../model/usage.ts";
import { amountOf, type Fields, fieldsOf, sumOf } from "../reading/fields.ts";

/**
 * What one step used. opencode counts the cache apart from the input and the reasoning apart from the output; a cost of
 * 0 is what it says of a model whose price it does not know.
 */
export const usageOfStep = (part: Fields): Usage => {
  const tokens = fieldsOf(part.tokens) ?? {};
  const cache = fieldsOf(tokens.cache) ?? {};
  const usd = amountOf(part.cost);
  return {
    inputTokens: sumOf(tokens.input, cache.write),
    outputTokens: sumOf(tokens.output, tokens.reasoning),
    cachedTokens: amountOf(cache.read),
    usd: usd === 0 ? null : usd,
  };
};
