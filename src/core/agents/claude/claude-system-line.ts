import type { AgentEvent } from "../agent.ts";
import { amountOf, type Fields, wordOf } from "../reading/fields.ts";

/** What a `system` line says; nothing where it only shows life, undefined where it is not known. */
export const readSystemLine = (fields: Fields): readonly AgentEvent[] | undefined => {
  const { subtype } = fields;
  if (subtype === "api_retry") return [{ t: "notice", text: retryWords(fields) }];
  if (subtype === "model_fallback") {
    const text = `Claude Code went over from ${wordOf(fields.original_model)} to ${wordOf(fields.fallback_model)}`;
    return [{ t: "notice", text }];
  }
  return typeof subtype === "string" && SHOWS_LIFE.test(subtype) ? [] : undefined;
};

const SHOWS_LIFE = /^(?:init|status|thinking_tokens|task_\w+|hook_\w+|compact_boundary|local_command|informational)$/;

/** Claude Code retries by itself for minutes: that is no failure yet, but explains a silence. */
const retryWords = (fields: Fields): string => {
  const status = amountOf(fields.error_status);
  const why = [wordOf(fields.error) || "unknown", ...(status === null ? [] : [String(status)])].join(" ");
  return `Claude does not answer (${why}), try ${amountOf(fields.attempt) ?? "?"} of ${amountOf(fields.max_retries) ?? "?"}`;
};
