import type { TurnEnd, TurnFailureCause } from "../../model/turn.ts";
import type { AgentExit } from "../agent.ts";
import { amountOf, type Fields, fieldsOf, textOf, wordOf } from "../reading/fields.ts";
import { causeOfHttpStatus, causeOfSystemWords, wasStoppedByOthers } from "../reading/known-causes.ts";

type Failed = Extract<TurnEnd, { kind: "failed" }>;

/** Characters of the program's own words that a message repeats. */
const WORDS_LENGTH_MAX = 2_000;
/** Longest wait that is believed, in milliseconds. */
const WAIT_MS_MAX = 40 * 86_400_000;

/** A failure by its cause, with opencode's own words. */
export const failure = (cause: TurnFailureCause, said: string, untilMs?: number): Failed => {
  const words = said.trim().slice(0, WORDS_LENGTH_MAX) || "it gave no reason";
  const message = `${MESSAGES[cause] ?? "opencode failed"}: ${words}`;
  return { kind: "failed", cause, message, ...(untilMs === undefined ? {} : { untilMs }) };
};

/** The failure that an `error` line stands for. */
export const failureOfError = (line: Fields): Failed => {
  const error = fieldsOf(line.error) ?? {};
  const data = fieldsOf(error.data) ?? {};
  const said = textOf(data.message) ?? textOf(error.message) ?? wordOf(error.name);
  const cause = causeOfError(error, data, said);
  return failure(cause, said, cause === "rate-limit" ? untilMsOf(data, amountOf(line.timestamp)) : undefined);
};

/** With what stderr says about it: some errors keep their reason for the log. */
export const withLog = (failed: Failed, { stderr = "" }: AgentExit): Failed => {
  if (failed.cause !== "other") return failed;
  const said = lastError(stderr);
  return said === undefined ? failed : failure(causeOfWords(said) ?? "other", said);
};

/** The failure of a turn without a last step, whatever its exit status. */
export const failureWithoutEnd = (exit: AgentExit, strayLine: string): Failed => {
  const stderr = (exit.stderr ?? "").trim();
  const words = lastError(stderr) ?? (stderr || strayLine);
  const cause = causeOfWords(words);
  if (cause !== undefined) return failure(cause, words);
  const how = exit.status === null ? `killed by ${exit.signal ?? "a signal"}` : `exit status ${exit.status}`;
  if (wasStoppedByOthers(exit)) return failure("cancelled", how);
  return failure("other", `it ended without a final answer (${how})${words === "" ? "" : `: ${words}`}`);
};

const MESSAGES: Partial<Record<TurnFailureCause, string>> = {
  auth: "opencode has no valid login for this model's provider (run opencode auth login, or set the provider's key)",
  billing: "the account of opencode's provider cannot pay for more",
  "rate-limit": "the usage limit of opencode's provider is reached",
  overloaded: "opencode's provider is overloaded",
  network: "opencode could not reach its provider",
  context: "the conversation is too long for opencode's model",
  config: "opencode refused its settings (opencode models lists the models it knows)",
  "session-lost": "opencode no longer has the session",
  cancelled: "opencode was stopped by something other than storyboard",
  "disk-full": "the disk is full",
};

/** Causes that an error names itself. */
const NAMED: Readonly<Record<string, TurnFailureCause>> = {
  ContextOverflowError: "context",
  MessageOutputLengthError: "context",
  MessageAbortedError: "cancelled",
  ProviderAuthError: "auth",
};

const causeOfError = (error: Fields, data: Fields, said: string): TurnFailureCause => {
  const { name } = error;
  if (typeof name === "string" && Object.hasOwn(NAMED, name)) return NAMED[name] ?? "other";
  // The words come first: an account without credit is a 403 or a 429 like any other.
  return (
    causeOfWords(`${said}\n${wordOf(data.responseBody)}`) ?? causeOfHttpStatus(amountOf(data.statusCode)) ?? "other"
  );
};

const WORDS: readonly (readonly [RegExp, TurnFailureCause])[] = [
  [/session not found/i, "session-lost"],
  [
    /ModelNotFound|model not found|ProviderInitError|Config\w*Error|config(?:uration)? (?:file )?(?:at \S+ )?is (?:invalid|not valid)/i,
    "config",
  ],
  // Gemini words every limit as one of billing; OpenAI's words for an empty account name no metric.
  [/quota exceeded for metric(?!.{0,200}limit: ?0(?![\d.]))/is, "rate-limit"],
  [
    /insufficient[ _](?:credit|fund|balance|quota)|credit balance|exceeded your current quota|billing|payment/i,
    "billing",
  ],
  [/UsageLimitError|usage limit (?:reached|exceeded)|rate limit (?:reached|exceeded)/i, "rate-limit"],
  [
    /(?:invalid|incorrect|missing|no) (?:x-)?api[ -]key|api key is missing|unauthorized|token (?:has )?expired/i,
    "auth",
  ],
  [/context[ _](?:length|window)|prompt is too long|too many tokens/i, "context"],
  [/overloaded|service unavailable/i, "overloaded"],
  [/unable to connect|socket (?:connection was closed|hang up)|ConnectionRefused|network error/i, "network"],
  // With a capital it is what a shell says of a program that it saw stopped.
  [/\bterminated\b/, "network"],
];

const causeOfWords = (words: string): TurnFailureCause | undefined =>
  WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? causeOfSystemWords(words);

/** What the last error of the log that opencode writes to stderr says. */
const lastError = (stderr: string): string | undefined => {
  const said = [...stderr.matchAll(/ level=ERROR .*?\berror(?:\.error)?="((?:[^"\\]|\\.)*)"/g)].at(-1)?.[1];
  return said?.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
};

/** When the provider's answer says that it works again. */
const untilMsOf = ({ responseHeaders }: Fields, saidAtMs: number | null): number | undefined => {
  const headers = fieldsOf(responseHeaders) ?? {};
  const [afterMs, after] = [Number(headers["retry-after-ms"]), wordOf(headers["retry-after"])];
  const waitMs = afterMs > 0 ? afterMs : Number(after) * 1000;
  if (waitMs > 0 && waitMs < WAIT_MS_MAX && saidAtMs !== null) return saidAtMs + waitMs;
  const atMs = /[a-z]/i.test(after) ? Date.parse(after) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : atMs;
};
