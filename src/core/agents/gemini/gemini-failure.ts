import type { TurnEnd, TurnFailureCause } from "../../model/turn.ts";
import type { AgentExit } from "../agent.ts";
import { causeOfHttpStatus, wasStoppedByOthers } from "../reading/known-causes.ts";
import { wordsOfStderr } from "./gemini-stderr.ts";
import { waitEndIn } from "./gemini-wait.ts";
import { causeOfWords } from "./gemini-words.ts";

type Failed = Extract<TurnEnd, { kind: "failed" }>;

/** An error that a `result` line told. */
export interface GeminiError {
  /** What it calls itself; `unknown` where that is all that is known. */
  readonly name: string;
  readonly said: string;
  /** Epoch milliseconds. */
  readonly saidAtMs?: number;
}

/** Characters of the program's own words that a message repeats. */
const WORDS_LENGTH_MAX = 2_000;

/** The failure that an error stands for; where its words do not say, the exit status does as soon as it is known. */
export const failureOfError = ({ name, said, saidAtMs }: GeminiError, exitStatus: number | null = null): Failed => {
  const cause =
    causeOfName(name) ??
    causeOfWords(said) ??
    causeOfHttpStatus(statusIn(said)) ??
    causeOfExitStatus(exitStatus) ??
    "other";
  return failure(cause, said, cause === "rate-limit" ? waitEndIn(said, saidAtMs) : undefined);
};

/** A result that calls itself a success, after a remark that the program gave up. */
export const failureOfRemark = (remark: "loop" | "turn-limit", said: string): Failed => failure(remark, said);

/** A result that calls itself a success, although the model did not get to say a last word. */
export const failureWithoutAnswer = (): Failed =>
  failure("context", "it ended without an answer, as it does when the conversation no longer fits the model");

/** The failure of a turn without a `result` line, whatever its exit status. */
export const failureWithoutResult = (exit: AgentExit, hasBegun: boolean, strayLine: string): Failed => {
  const words = wordsOfStderr(exit.stderr ?? "") || strayLine;
  const { status } = exit;
  // Two that start at once may catch their common settings half written.
  if (status === 52 && HALF_WRITTEN.test(words)) return failure("temporary", words);
  const cause = causeOfWords(words) ?? causeOfExitStatus(status);
  if (cause !== undefined) return failure(cause, words);
  const how = status === null ? `killed by ${exit.signal ?? "a signal"}` : `exit status ${status}`;
  // A signal ends it with status 0, and without a result.
  if (wasStoppedByOthers(exit) || (status === 0 && hasBegun)) return failure("cancelled", how);
  return failure("other", `it ended without a result (${how})${words === "" ? "" : `: ${words}`}`);
};

const HALF_WRITTEN = /unexpected end of json input/i;

const failure = (cause: TurnFailureCause, said: string, untilMs?: number): Failed => {
  const words = said.trim().slice(0, WORDS_LENGTH_MAX) || "it gave no reason";
  const message = `${MESSAGES[cause] ?? "Gemini CLI failed"}: ${words}`;
  return { kind: "failed", cause, message, ...(untilMs === undefined ? {} : { untilMs }) };
};

const MESSAGES: Partial<Record<TurnFailureCause, string>> = {
  auth: "Gemini CLI has no valid login (start gemini once and log in, or set GEMINI_API_KEY)",
  billing: "Gemini's account cannot pay for more",
  "rate-limit": "Gemini's usage limit is reached",
  overloaded: "Gemini is overloaded",
  network: "Gemini could not be reached",
  context: "the conversation is too long for Gemini",
  "turn-limit": "Gemini CLI stopped at its limit of turns (model.maxSessionTurns in its settings)",
  loop: "Gemini CLI found that the agent goes in circles",
  config: "Gemini CLI refused its settings",
  "session-lost": "Gemini CLI no longer has the session",
  temporary: "Gemini CLI could not read its settings at this moment",
  cancelled: "Gemini CLI was stopped by something other than storyboard",
  "disk-full": "the disk is full",
};

/** What an error calls itself. */
const NAMED: Readonly<Record<string, TurnFailureCause>> = {
  FatalAuthenticationError: "auth",
  FatalSandboxError: "config",
  FatalConfigError: "config",
  FatalUntrustedWorkspaceError: "config",
  FatalTurnLimitedError: "turn-limit",
  FatalCancellationError: "cancelled",
  no_space_left: "disk-full",
};

const causeOfName = (name: string): TurnFailureCause | undefined =>
  Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;

/** The HTTP status that a message repeats from the provider's answer. */
const statusIn = (said: string): number | null => {
  const code = /"code":\s*(\d{3})\b/.exec(said)?.[1];
  return code === undefined ? null : Number(code);
};

const EXIT_STATUSES: Readonly<Record<number, TurnFailureCause>> = {
  41: "auth",
  42: "config",
  44: "config",
  52: "config",
  53: "turn-limit",
  55: "config",
};

/** After an error of the API the exit status is its HTTP status without what does not fit into a byte. */
const causeOfExitStatus = (status: number | null): TurnFailureCause | undefined => {
  if (status === null) return undefined;
  return EXIT_STATUSES[status] ?? (status >= 144 ? causeOfHttpStatus(status + 256) : undefined);
};
