import type { TurnEnd, TurnFailureCause } from "../../model/turn.ts";
import type { AgentExit } from "../agent.ts";
import { fieldsOf, readObject, textOf } from "../reading/fields.ts";
import { causeOfHttpStatus, causeOfSystemWords, wasStoppedByOthers } from "../reading/known-causes.ts";
import { resetTimeIn } from "./codex-reset-time.ts";

type Failed = Extract<TurnEnd, { kind: "failed" }>;

/** Characters of the program's own words that are read, and that a message repeats. */
const WORDS_LENGTH_MAX = 2_000;

/** The words of an error; some are the provider's whole answer, a JSON object. */
export const errorWords = (message: unknown): string => {
  const words = textOf(message)?.trim() ?? "";
  const answer = readObject(words);
  const inner = textOf(fieldsOf(answer?.error)?.message) ?? textOf(answer?.detail) ?? textOf(answer?.message);
  return (inner?.trim() || words).slice(0, WORDS_LENGTH_MAX);
};

/** The failure that a `turn.failed` line stands for. */
export const failureOfTurn = (words: string, threadId: string | undefined): Failed => {
  const cause = causeOfWords(words) ?? "other";
  return failure(cause, words, cause === "rate-limit" ? resetTimeIn(words, threadId) : undefined);
};

/** The failure of a turn without a last word, whatever its exit status. `trouble` is what it complained of before. */
export const failureWithoutEnd = (exit: AgentExit, trouble: string, strayLine: string): Failed => {
  const complaint = withoutNoise(exit.stderr ?? "");
  const how = exit.status === null ? `killed by ${exit.signal ?? "a signal"}` : `exit status ${exit.status}`;
  const refused = causeOfWords(complaint) ?? causeOfRefusal(complaint);
  if (refused !== undefined) return failure(refused, complaint);
  if (wasStoppedByOthers(exit)) return failure("cancelled", how);
  const words = complaint || trouble || strayLine;
  const cause = causeOfWords(words) ?? "other";
  return failure(cause, `it ended without a result (${how})${words === "" ? "" : `: ${words}`}`);
};

/** The failure of a turn in which the sandbox let no command start; `said` is what each of them got instead. */
export const failureOfSandbox = (said: string): Failed => ({
  kind: "failed",
  cause: "config",
  message: `Codex's sandbox does not start on this machine, so nothing that the agent ran did anything (let users make namespaces, see https://developers.openai.com/codex/concepts/sandboxing#prerequisites, or give the agent "permissions: full" where the machine is a sandbox itself): ${said}`,
});

const failure = (cause: TurnFailureCause, said: string, untilMs?: number): Failed => {
  const words = said.slice(0, WORDS_LENGTH_MAX) || "it gave no reason";
  const message = `${MESSAGES[cause] ?? "Codex failed"}: ${words}`;
  return { kind: "failed", cause, message, ...(untilMs === undefined ? {} : { untilMs }) };
};

const MESSAGES: Partial<Record<TurnFailureCause, string>> = {
  auth: "Codex has no valid login (run codex login, or set CODEX_API_KEY)",
  billing: "Codex's account cannot pay for more",
  "rate-limit": "Codex's usage limit is reached",
  overloaded: "Codex's provider is overloaded",
  network: "Codex's provider could not be reached",
  context: "the conversation is too long for Codex",
  config: "Codex refused its settings",
  "session-lost": "Codex no longer has the session",
  cancelled: "Codex was stopped by something other than storyboard",
  "disk-full": "the disk is full",
};

/** The first that fits counts: a usage limit offers to buy more, and a broken stream may say why it broke. */
const WORDS: readonly (readonly [RegExp, TurnFailureCause])[] = [
  [/no rollout found|no thread with id|thread not found/i, "session-lost"],
  [/hit your usage limit|usage_limit_reached|rate limit/i, "rate-limit"],
  [
    /quota exceeded|exceeded your current quota|insufficient_quota|out of credits|spend cap|upgrade to plus/i,
    "billing",
  ],
  [/context window|context_length_exceeded|exceeds the maximum length|input_too_large/i, "context"],
  [/missing environment variable|not logged in|(?:sign|log) in again|refresh token|api key/i, "auth"],
  [/is at capacity|experiencing high demand|overloaded/i, "overloaded"],
  [/blocked by cloudflare/i, "network"],
  [/model \S+ (?:does not exist|is not supported)|model is not supported|model_not_found/i, "config"],
  [/sandbox error|codex-linux-sandbox was required/i, "config"],
  [/^(?:turn aborted|interrupted \(ctrl-c\))/i, "cancelled"],
];

/** Less than a status of the provider's answer says. */
const NETWORK =
  /stream disconnected|connection failed|waiting for network|error sending request|error while reading the server response/i;

const causeOfWords = (words: string): TurnFailureCause | undefined =>
  WORDS.find(([pattern]) => pattern.test(words))?.[1] ??
  causeOfHttpStatus(statusIn(words)) ??
  (NETWORK.test(words) ? "network" : causeOfSystemWords(words));

const statusIn = (words: string): number | null => {
  const status = /\b(?:unexpected|last) status:? (\d{3})\b/i.exec(words)?.[1];
  return status === undefined ? null : Number(status);
};

/** Codex refuses wrong arguments, settings and folders on stderr alone. */
const REFUSAL =
  /^error: (?:unexpected argument|invalid value|the argument)|error loading config|model provider .* not found|^not inside a trusted directory/im;

const causeOfRefusal = (words: string): TurnFailureCause | undefined => (REFUSAL.test(words) ? "config" : undefined);

/** What stderr holds in good turns, too. */
const NOISE = /^(?:WARNING: proceeding|Reading (?:additional input|prompt) from stdin|\d{4}-\d\d-\d\dT[\d:.]+Z\s)/;

const withoutNoise = (stderr: string): string =>
  stderr
    .split("\n")
    .filter((line) => !NOISE.test(line))
    .join("\n")
    .trim()
    .slice(-WORDS_LENGTH_MAX);
