import type { Duplex } from "node:stream";
import { UserError } from "../model/user-error.ts";
import type { Command } from "../scheduler/inputs.ts";
import { type ControlEnd, type ControlListener, createConnection, LOST } from "./connection.ts";
import type { GateAnswer, GateAsk, GateProgress } from "./gate-messages.ts";
import { type AgentWords, PROTOCOL_VERSION, type Reply } from "./protocol.ts";

/** How long a lead may take to answer the first request before it counts as stuck. */
export const HELLO_TIMEOUT_MS = 5_000;

/** A connection to a lead. */
export interface ControlClient<Snapshot, Event, FeedLine> {
  /** The state right now; undefined when the connection ended first. */
  snapshot(): Promise<Snapshot | undefined>;
  /** Has the listener called from now on, first with a snapshot; resolves after that, or when the connection ended. */
  subscribe(listener: ControlListener<Snapshot, Event, FeedLine>): Promise<void>;
  /** Never rejects: a lost lead is a reply that says so. */
  command(command: Command): Promise<Reply>;
  /** Says what an agent has to say. Never rejects: a lost lead is a reply that says so. */
  agent(words: AgentWords): Promise<Reply>;
  /** Asks for a gate; undefined when the connection ended before the answer. To give up, close the connection. */
  gate(ask: GateAsk, onProgress?: (progress: GateProgress) => void): Promise<GateAnswer | undefined>;
  close(): void;
  /** Resolves once, when the connection ends. */
  readonly ended: Promise<ControlEnd>;
}

/**
 * Greets the lead at the other end.
 * @returns undefined when it broke off before it answered: it is dying, or turns clients away. Throws a UserError when
 * it does not answer or speaks another version.
 */
export const openControlClient = async <Snapshot, Event, FeedLine>(
  stream: Duplex,
  helloTimeoutMs: number = HELLO_TIMEOUT_MS,
): Promise<ControlClient<Snapshot, Event, FeedLine> | undefined> => {
  const connection = createConnection<Snapshot, Event, FeedLine>(stream);
  const { ask } = connection;
  const hasGreeted = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), helloTimeoutMs);
    ask({ type: "hello", v: PROTOCOL_VERSION }, (answer) => {
      clearTimeout(timer);
      resolve(answer !== undefined);
    });
  });
  if (!hasGreeted) {
    if (connection.end === LOST || connection.end?.kind === "bye") return undefined;
    const problem = refusal(connection.end);
    connection.finish({ kind: "closed" });
    throw problem;
  }
  return {
    ended: connection.ended,
    close: () => connection.finish({ kind: "closed" }),
    snapshot: () =>
      new Promise((resolve) => {
        ask({ type: "snapshot" }, (answer) =>
          resolve(answer !== undefined && "snapshot" in answer ? answer.snapshot : undefined),
        );
      }),
    subscribe: (listener) =>
      new Promise((resolve) => {
        connection.listener = listener;
        ask({ type: "subscribe" }, (answer) => {
          if (answer !== undefined && "snapshot" in answer) listener.onSnapshot(answer.snapshot);
          resolve();
        });
      }),
    command: (command) =>
      new Promise((resolve) => {
        ask({ type: "command", command }, (answer) =>
          resolve(answer !== undefined && "reply" in answer ? answer.reply : UNANSWERED),
        );
      }),
    agent: (words) =>
      new Promise((resolve) => {
        ask({ type: "agent", words }, (answer) =>
          resolve(answer !== undefined && "reply" in answer ? answer.reply : UNANSWERED),
        );
      }),
    gate: (wanted, onProgress) =>
      new Promise((resolve) => {
        ask(
          { type: "gate", ...wanted },
          (answer) => resolve(answer !== undefined && "gate" in answer ? answer.gate : undefined),
          onProgress,
        );
      }),
  };
};

const UNANSWERED: Reply = {
  ok: false,
  message: "the lead was lost before it answered; what was said may or may not have reached it",
};

const refusal = (end: ControlEnd | undefined): UserError =>
  end?.kind === "lost"
    ? new UserError(`The lead of this project cannot be talked to: ${end.message}.`, [
        "Use the storyboard that started the run, or wait for the run to end.",
      ])
    : new UserError("The lead of this project does not answer.", [
        "Try again. If its process hangs, end it: the run continues with `storyboard run --resume`.",
      ]);
