import { addUsage, NO_USAGE, type Usage } from "../../model/usage.ts";
import { amountOf, type Fields, fieldsOf } from "../reading/fields.ts";

/** What is known of how an agent counts. */
export interface AcpCounting {
  /** What it answers a prompt with is what the last step used, not the prompt: then its tokens are unknown. */
  readonly countsLastStep: boolean;
  /** The session began with this turn: what it cost in all is what this turn cost. */
  readonly isNewSession: boolean;
}

/** Counts what a turn used: the answers to its prompts, and the cost of its session. */
export interface AcpUsage {
  /** A `usage_update`; a cost in it is the whole session's. */
  takeUpdate(update: Fields): void;
  /** The answer to a prompt. */
  takeAnswer(answer: Fields): void;
  total(): Usage;
}

/** Creates a count of nothing. */
export const createAcpUsage = ({ countsLastStep, isNewSession }: AcpCounting): AcpUsage => {
  let tokens = NO_USAGE;
  let usd: number | null = null;
  return {
    takeUpdate(update) {
      const cost = fieldsOf(update.cost);
      if (isNewSession && cost?.currency === "USD") usd = amountOf(cost.amount) ?? usd;
    },
    takeAnswer(answer) {
      if (!countsLastStep) tokens = addUsage(tokens, tokensOf(answer));
    },
    total: () => ({ ...tokens, usd }),
  };
};

const tokensOf = (answer: Fields): Usage => {
  const usage = fieldsOf(answer.usage);
  if (usage !== undefined) return standardTokens(usage);
  // Gemini CLI, whose input includes what its cache served.
  const count = fieldsOf(fieldsOf(fieldsOf(answer._meta)?.quota)?.token_count) ?? {};
  return {
    ...NO_USAGE,
    inputTokens: amountOf(count.input_tokens),
    outputTokens: amountOf(count.output_tokens),
  };
};

/** Input is what the cache did not serve: what was written to the cache is part of it. */
const standardTokens = (usage: Fields): Usage => {
  const input = amountOf(usage.inputTokens);
  const output = amountOf(usage.outputTokens);
  const cached = amountOf(usage.cachedReadTokens);
  const written = amountOf(usage.cachedWriteTokens) ?? 0;
  const thought = amountOf(usage.thoughtTokens) ?? 0;
  // Some count thoughts as output, some beside it; the total tells.
  const sum = (input ?? 0) + (output ?? 0) + (cached ?? 0) + written;
  const isBeside = thought > 0 && amountOf(usage.totalTokens) === sum + thought;
  return {
    inputTokens: input === null ? null : input + written,
    outputTokens: output === null ? null : output + (isBeside ? thought : 0),
    cachedTokens: cached,
    usd: null,
  };
};
