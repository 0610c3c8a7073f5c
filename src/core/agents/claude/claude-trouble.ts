import { amountOf, type Fields, fieldsOf, wordOf } from "../reading/fields.ts";

/** What the stream said before its result about what goes wrong. */
export interface ClaudeTrouble {
  /** `error` of the last message that stands for an error of the API: `rate_limit`, `authentication_failed`, ... */
  readonly error?: string | undefined;
  /** When that message was said, epoch milliseconds. */
  readonly saidAtMs?: number | undefined;
  /** End of a usage limit that refuses requests, epoch milliseconds. */
  readonly limitUntilMs?: number | undefined;
}

/** With a message that stands for an error of the API. */
export const withApiError = (trouble: ClaudeTrouble, message: Fields): ClaudeTrouble => ({
  ...trouble,
  error: wordOf(message.error),
  saidAtMs: timeOf(message.timestamp),
});

/** With a `rate_limit_event`; only one that refuses requests matters. */
export const withLimit = (trouble: ClaudeTrouble, event: Fields): ClaudeTrouble => {
  const limit = fieldsOf(event.rate_limit_info) ?? event;
  return limit.status === "rejected" ? { ...trouble, limitUntilMs: resetOf(limit.resetsAt) } : trouble;
};

const timeOf = (value: unknown): number | undefined => {
  const atMs = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : atMs;
};

/** Seconds, and milliseconds should they come one day. */
const resetOf = (value: unknown): number | undefined => {
  const amount = amountOf(value);
  if (amount === null) return undefined;
  return amount < 1e11 ? amount * 1000 : amount;
};
