import { addUsage, NO_USAGE, type Usage } from "../../model/usage.ts";
import { amountOf, type Fields, fieldsOf, sumOf } from "../reading/fields.ts";

/** Requests whose ids are remembered, so that one that is reported block by block counts once. */
const REQUESTS_MAX = 10_000;

/** Counts what a turn used: what its results say, and for requests after the last result what is known of them. */
export interface ClaudeUsage {
  /** A message of the model; comes once for every block of it. */
  addMessage(message: Fields): void;
  /** @returns what this result adds */
  addResult(result: Fields): Usage;
  total(): Usage;
}

/** Creates a count of nothing. */
export const createClaudeUsage = (): ClaudeUsage => {
  const seen = new Set<unknown>();
  let results = NO_USAGE;
  let pending = NO_USAGE;
  let lastCostUsd = 0;
  return {
    addMessage(message) {
      const usage = fieldsOf(message.usage);
      if (usage === undefined || seen.has(message.id)) return;
      if (seen.size >= REQUESTS_MAX) seen.clear();
      seen.add(message.id);
      // Before the end of a request its output is not known: what the stream says there is 1.
      pending = addUsage(pending, { ...apiUsage(usage), outputTokens: null });
    },
    addResult(result) {
      const costUsd = amountOf(result.total_cost_usd);
      const added = modelUsage(result) ?? {
        ...apiUsage(fieldsOf(result.usage) ?? {}),
        usd: costUsd === null ? null : Math.max(0, costUsd - lastCostUsd),
      };
      lastCostUsd = costUsd ?? lastCostUsd;
      results = addUsage(results, added);
      pending = NO_USAGE;
      return added;
    },
    total: () => addUsage(results, pending),
  };
};

/**
 * What was used since the last result, sub-agents included. `usage` leaves those out, and `total_cost_usd` and
 * `modelUsage` are sums over the whole session, of which a continued turn is only a part.
 */
const modelUsage = (result: Fields): Usage | undefined => {
  const models = fieldsOf(result.model_usage_since_last_result);
  if (models === undefined) return undefined;
  const nothing: Usage = { inputTokens: 0, outputTokens: 0, cachedTokens: 0, usd: 0 };
  return Object.values(models).reduce<Usage>((sum, value) => {
    const model = fieldsOf(value) ?? {};
    return addUsage(sum, {
      inputTokens: sumOf(model.inputTokens, model.cacheCreationInputTokens),
      outputTokens: amountOf(model.outputTokens),
      cachedTokens: amountOf(model.cacheReadInputTokens),
      usd: amountOf(model.costUSD),
    });
  }, nothing);
};

/** Input is what the cache did not serve: what was written to the cache is part of it. */
const apiUsage = (usage: Fields): Usage => ({
  inputTokens: sumOf(usage.input_tokens, usage.cache_creation_input_tokens),
  outputTokens: amountOf(usage.output_tokens),
  cachedTokens: amountOf(usage.cache_read_input_tokens),
  usd: null,
});
