import type { TurnFailureCause } from "../../model/turn.ts";
import type { AgentExit } from "../agent.ts";

/** What the HTTP status of a provider's answer means for a turn; undefined where it does not say. */
export const causeOfHttpStatus = (status: number | null): TurnFailureCause | undefined => {
  if (status === null) return undefined;
  if (status === 401 || status === 403) return "auth";
  if (status === 402) return "billing";
  if (status === 404) return "config";
  if (status === 413) return "context";
  if (status === 429) return "rate-limit";
  return status >= 500 && status < 600 ? "overloaded" : undefined;
};

/** The words of the system and of network libraries, which every program repeats. */
const SYSTEM_WORDS: readonly (readonly [RegExp, TurnFailureCause])[] = [
  [/\bENOSPC\b|no space left on device|\bEDQUOT\b/i, "disk-full"],
  [
    /\b(?:ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE)\b|connection (?:error|dropped|closed)|fetch failed|timed out/i,
    "network",
  ],
];

/** What a program's words mean where the system or the network speaks through them. */
export const causeOfSystemWords = (words: string): TurnFailureCause | undefined =>
  SYSTEM_WORDS.find(([pattern]) => pattern.test(words))?.[1];

/**
 * Whether somebody other than storyboard stopped the program: HUP, INT and TERM are how people and systems do it, and
 * 128 + n is how a program that catches them reports it. Not for programs whose exit status means something else there.
 */
export const wasStoppedByOthers = ({ status, signal = "" }: AgentExit): boolean =>
  [129, 130, 143].includes(status ?? 0) || ["SIGHUP", "SIGINT", "SIGTERM"].includes(signal);
