import type { TurnFailureCause } from "../../model/turn.ts";
import type { AgentEvent } from "../agent.ts";
import { type Fields, fieldsOf, readObject, wordOf } from "../reading/fields.ts";
import { causeOfHttpStatus, causeOfSystemWords } from "../reading/known-causes.ts";

/** How a turn ended that did not end well. */
export type AcpFailure = Extract<AgentEvent, { t: "failed" }>;

/** Error of the protocol: somebody has to log in first. */
const AUTH_REQUIRED = -32_000;

/**
 * The failure that an error in an answer stands for: its code is the protocol's, or what an HTTP answer had.
 * `said` is what the agent said last, which often explains more.
 */
export const failureOfError = (error: Fields, said = ""): AcpFailure => {
  const code = typeof error.code === "number" ? error.code : 0;
  const own = [messageOf(error), detailsOf(error.data)].filter((text) => text !== "").join("; ");
  const words = [...new Set([own, said])].filter((text) => text !== "").join("; ") || "it gave no reason";
  if (code === AUTH_REQUIRED) return { t: "failed", cause: "auth", message: `the agent has no valid login: ${words}` };
  // What it said may be about a login form; only where it is itself an error does it decide.
  const told = SAID_ERROR.test(said) ? said : "";
  const cause = causeOfHttpStatus(code > 0 ? code : null) ?? causeOfWords(`${own}\n${told}`) ?? "other";
  return { t: "failed", cause, message: `the agent reported an error: ${words}` };
};

const SAID_ERROR = /^(?:api error\b|error:|you've hit your|claude ai usage limit)/i;

/** The failure that a reason to stop stands for; undefined where it is a good end. */
export const failureOfStop = (reason: unknown): AcpFailure | undefined => {
  switch (reason) {
    case "end_turn":
      return undefined;
    case "max_tokens":
      return { t: "failed", cause: "context", message: "the answer was longer than the model may give" };
    case "max_turn_requests":
      return { t: "failed", cause: "turn-limit", message: "the agent stopped at its limit of requests" };
    case "refusal":
      return { t: "failed", cause: "other", message: "the model refused to go on" };
    case "cancelled":
      return { t: "failed", cause: "cancelled", message: "the agent was cancelled by something other than storyboard" };
    default:
      return { t: "failed", cause: "other", message: `the agent stopped for an unknown reason: ${wordOf(reason)}` };
  }
};

/** The failure that an agent only talks about, in the words it found for it; `status` is an HTTP status. */
export const failureOfWords = (words: string, status: number | null): AcpFailure => ({
  t: "failed",
  cause: causeOfWords(words) ?? causeOfHttpStatus(status) ?? "other",
  message: `the agent reported an error: ${words || "it gave no reason"}`,
});

/** Gemini CLI puts the whole answer of its provider into the message. */
const messageOf = (error: Fields): string => {
  const inner = typeof error.message === "string" ? readObject(error.message) : undefined;
  return wordOf(fieldsOf(inner?.error)?.message) || wordOf(error.message);
};

const detailsOf = (data: unknown): string => {
  const fields = fieldsOf(data);
  return wordOf(data) || wordOf(fields?.details) || wordOf(fields?.message);
};

const WORDS: readonly (readonly [RegExp, TurnFailureCause])[] = [
  [/credit balance|insufficient (?:credit|quota)|billing|payment required/i, "billing"],
  [/\b429\b|rate.?limit|too many requests|usage limit|resource.?exhausted|hit your (?:\w+ )*limit/i, "rate-limit"],
  [/\b(?:502|503|529)\b|overloaded|service unavailable/i, "overloaded"],
  [/prompt is too long|context (?:length|window)|too many tokens/i, "context"],
  [/\b40[13]\b|unauthori[sz]ed|forbidden|not logged in|log ?in|invalid api key|authenticat/i, "auth"],
  [/model .{0,80}(?:not found|does not exist|not supported)|unknown model/i, "config"],
];

const causeOfWords = (words: string): TurnFailureCause | undefined =>
  WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? causeOfSystemWords(words);
