import { failureOfError, failureOfStop, failureOfWords } from "../../core/agents/acp/acp-failure.ts";
import type { AcpUpdates } from "../../core/agents/acp/acp-updates.ts";
import type { AcpUsage } from "../../core/agents/acp/acp-usage.ts";
import type { AgentEvent } from "../../core/agents/agent.ts";
import type { AcpAnswer, AcpConnection } from "./acp-connection.ts";
import type { Bell } from "./bell.ts";
import type { TurnMessages } from "./turn-messages.ts";

/** Longest that an agent may take to give a prompt up, for a message that waits and when it has to end. */
const CANCEL_LIMIT_MS = 15_000;
const STOP_LIMIT_MS = 1_000;

/** What a turn is made of. */
export interface AcpTurnParts {
  readonly connection: AcpConnection;
  readonly session: string;
  readonly updates: AcpUpdates;
  readonly usage: AcpUsage;
  readonly messages: TurnMessages;
  /** Rings when a message came, or the turn is to end. */
  readonly bell: Bell;
  readonly isToEnd: () => boolean;
  /** Told before each prompt but the first: what was said before it is past. */
  readonly onNextPrompt: () => void;
  /** Told when a prompt is over, before the next one. */
  readonly onAnswer: () => void;
}

/** How a turn ended: the last line that the bridge prints. */
export type AcpVerdict = Extract<AgentEvent, { t: "finished" | "failed" }>;

/**
 * Sends the prompt, and each message that comes meanwhile: the protocol knows no message in the middle, so the running
 * prompt is cancelled and the message is the next prompt of the same session. Ends when a prompt is answered and
 * nothing waits.
 */
export const runAcpTurn = async (parts: AcpTurnParts, prompt: string): Promise<AcpVerdict> => {
  const { messages, updates, usage } = parts;
  let words: readonly string[] = [prompt];
  for (;;) {
    updates.begin();
    const { answer, wasCancelled } = await ask(parts, words);
    if (answer.kind === "answer") usage.takeAnswer(answer.fields);
    parts.onAnswer();
    if (parts.isToEnd()) return { t: "failed", cause: "cancelled", message: "the agent was stopped" };
    if (answer.kind === "closed") return { t: "failed", cause: "exit", message: "the agent ended before it answered" };
    if (answer.kind === "late") {
      return { t: "failed", cause: "other", message: "the agent did not give up what it was doing for a message" };
    }
    const verdict = verdictOf(answer, updates);
    // A message is delivered after a good end and after the cancelling that made room for it, not after a failure.
    const goesOn = wasCancelled || verdict.t === "finished";
    if (!goesOn || messages.waiting().length === 0) return verdict;
    parts.onNextPrompt();
    words = [];
  }
};

const verdictOf = (answer: Extract<AcpAnswer, { kind: "answer" | "error" }>, updates: AcpUpdates): AcpVerdict => {
  if (answer.kind === "error") return failureOfError(answer.error, updates.lastSaid());
  const failure = failureOfStop(answer.fields.stopReason);
  if (failure !== undefined) return failure;
  const trouble = updates.trouble();
  if (trouble !== undefined) return failureOfWords(trouble.words, trouble.status);
  const denial = updates.lastDenial();
  if (denial !== undefined)
    return { t: "failed", cause: "other", message: `the agent gave up, not allowed: ${denial}` };
  if (updates.isSilent()) return { t: "failed", cause: "other", message: "the agent ended without a word" };
  return { t: "finished" };
};

/** One prompt: what waits is part of it, what comes later cancels it. */
const ask = async (
  { connection, session, messages, bell, isToEnd }: AcpTurnParts,
  words: readonly string[],
): Promise<{ readonly answer: AcpAnswer; readonly wasCancelled: boolean }> => {
  const waiting = messages.waiting();
  const answering = connection.request("session/prompt", {
    sessionId: session,
    prompt: [...words, ...waiting.map((message) => message.text)].map((text) => ({ type: "text", text })),
  });
  for (const message of waiting) messages.taken(message);
  while (!isToEnd() && messages.waiting().length === 0) {
    const answer = await Promise.race([answering, bell.next()]);
    if (answer !== undefined) return { answer, wasCancelled: false };
  }
  connection.notify("session/cancel", { sessionId: session });
  const tooLate = after(CANCEL_LIMIT_MS);
  while (!isToEnd()) {
    const answer = await Promise.race([answering, bell.next(), tooLate]);
    if (answer !== undefined) return { answer, wasCancelled: true };
  }
  return { answer: await Promise.race([answering, after(STOP_LIMIT_MS)]), wasCancelled: true };
};

const after = (delayMs: number): Promise<AcpAnswer> =>
  new Promise((resolve) => {
    setTimeout(resolve, delayMs, { kind: "late" }).unref();
  });
