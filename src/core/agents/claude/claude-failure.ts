import type { TurnEnd, TurnFailureCause } from "../../model/turn.ts";
import type { AgentExit } from "../agent.ts";
import { amountOf, type Fields, textOf, wordOf } from "../reading/fields.ts";
import { causeOfHttpStatus, causeOfSystemWords, wasStoppedByOthers } from "../reading/known-causes.ts";
import { resetTimeIn } from "./claude-reset-time.ts";
import type { ClaudeTrouble } from "./claude-trouble.ts";

type Failed = Extract<TurnEnd, { kind: "failed" }>;

/** Characters of the program's own words that a message repeats. */
const WORDS_LENGTH_MAX = 2_000;

/** How a shell, and our bridge, say that they did not find a program. */
const MISSING_PROGRAM_STATUS = 127;

/** The failure that a `result` line with an error stands for. */
export const failureOfResult = (result: Fields, trouble: ClaudeTrouble): Failed => {
  const said = textOf(result.result) || errorsOf(result);
  const cause = causeOfResult(result, trouble, said);
  const untilMs = cause === "rate-limit" ? (trouble.limitUntilMs ?? resetTimeIn(said, trouble.saidAtMs)) : undefined;
  return failure(cause, said, untilMs);
};

/** The failure of a turn without a `result` line, whatever its exit status. */
export const failureWithoutResult = (exit: AgentExit, strayLine: string): Failed => {
  const words = (exit.stderr ?? "").trim() || strayLine;
  const cause = causeOfRefusal(words) ?? causeOfWords(words);
  if (cause !== undefined) return failure(cause, words);
  if (exit.status === MISSING_PROGRAM_STATUS) return failure("missing-program", words);
  const how = exit.status === null ? `killed by ${exit.signal ?? "a signal"}` : `exit status ${exit.status}`;
  if (wasStoppedByOthers(exit)) return failure("cancelled", how);
  return failure("other", `it ended without a result (${how})${words === "" ? "" : `: ${words}`}`);
};

const failure = (cause: TurnFailureCause, said: string, untilMs?: number): Failed => {
  const words = said.trim().slice(0, WORDS_LENGTH_MAX) || "it gave no reason";
  const message = `${MESSAGES[cause] ?? "Claude Code failed"}: ${words}`;
  return { kind: "failed", cause, message, ...(untilMs === undefined ? {} : { untilMs }) };
};

const MESSAGES: Partial<Record<TurnFailureCause, string>> = {
  auth: "Claude Code has no valid login (start claude once and log in, or set ANTHROPIC_API_KEY)",
  billing: "Claude's account cannot pay for more",
  "rate-limit": "Claude's usage limit is reached",
  overloaded: "Claude is overloaded",
  network: "Claude could not be reached",
  context: "the conversation is too long for Claude",
  "turn-limit": "Claude Code stopped at its limit of turns",
  budget: "Claude Code stopped at its budget",
  config: "Claude Code refused its settings",
  "session-lost": "Claude Code no longer has the session",
  cancelled: "Claude Code was stopped by something other than storyboard",
  "missing-program": "Claude Code is not there",
  "disk-full": "the disk is full",
};

const errorsOf = ({ errors }: Fields): string => (Array.isArray(errors) ? errors.flatMap(wordOf).join("; ") : "");

/** Causes that the result names itself. */
const NAMED: Readonly<Record<string, TurnFailureCause>> = {
  error_max_turns: "turn-limit",
  max_turns: "turn-limit",
  error_max_budget_usd: "budget",
  budget_exhausted: "budget",
  prompt_too_long: "context",
  aborted_streaming: "cancelled",
  aborted_tools: "cancelled",
  // What a message of the API's errors calls itself.
  authentication_failed: "auth",
  oauth_org_not_allowed: "auth",
  billing_error: "billing",
  rate_limit: "rate-limit",
  overloaded: "overloaded",
  model_not_found: "config",
};

const causeOfResult = (result: Fields, trouble: ClaudeTrouble, said: string): TurnFailureCause => {
  const { terminal_reason: reason, subtype } = result;
  const named = nameOf(reason) ?? nameOf(subtype);
  if (named !== undefined) return named;
  const status = amountOf(result.api_error_status);
  // The words come first: an account without credit is a 400 or a 403 like any other.
  const cause = causeOfWords(said) ?? nameOf(trouble.error) ?? causeOfHttpStatus(status);
  if (cause !== undefined) return cause;
  // An error of the API that no answer of the API stands behind.
  return reason === "api_error" && status === null ? "network" : "other";
};

const nameOf = (word: unknown): TurnFailureCause | undefined =>
  typeof word === "string" && Object.hasOwn(NAMED, word) ? NAMED[word] : undefined;

const WORDS: readonly (readonly [RegExp, TurnFailureCause])[] = [
  [/no conversation found with session id|session id \S+ is already in use/i, "session-lost"],
  [/reached your specified (?:workspace )?api usage limits/i, "billing"],
  [/organization has been disabled/i, "auth"],
  [/credit balance is too low|insufficient credit|billing|payment/i, "billing"],
  [/not logged in|please run \/login|invalid api key|oauth token (?:has )?(?:expired|been revoked)/i, "auth"],
  [/usage limit reached|hit your (?:\w+ )*limit|out of extra usage|limit will reset at/i, "rate-limit"],
  [/prompt is too long|context window|too many tokens/i, "context"],
  [/issue with the selected model/i, "config"],
];

const causeOfWords = (words: string): TurnFailureCause | undefined =>
  WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? causeOfSystemWords(words);

/** Claude Code refuses wrong arguments, and to skip permissions as root, on stderr alone. */
const REFUSAL =
  /cannot be used with root|requires --verbose|^error: (?:unknown option|option |too many arguments)|invalid session id|error: invalid model/im;

const causeOfRefusal = (words: string): TurnFailureCause | undefined => (REFUSAL.test(words) ? "config" : undefined);
