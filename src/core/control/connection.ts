import type { Duplex } from "node:stream";
import type { GateAnswer, GateProgress } from "./gate-messages.ts";
import { createLineReader } from "./line-reader.ts";
import { MESSAGE_BYTES_MAX, type Message, type Reply, type Request } from "./protocol.ts";

/** Hears what the lead publishes, in order; a snapshot replaces everything heard before. */
export interface ControlListener<Snapshot, Event, FeedLine> {
  onSnapshot(snapshot: Snapshot): void;
  onEvent(event: Event): void;
  onFeed?(line: FeedLine): void;
  /** Something was left out because this client did not keep up; a snapshot follows. */
  onLagged?(): void;
}

/** Why a connection ended: we closed it, the lead said goodbye, or the lead was lost (it died, or broke off). */
export type ControlEnd =
  | { readonly kind: "closed" }
  | { readonly kind: "bye"; readonly reason: string }
  | { readonly kind: "lost"; readonly message: string };

/** What a request was answered with. */
export type Answer<Snapshot> =
  | { readonly reply: Reply }
  | { readonly snapshot: Snapshot }
  | { readonly gate: GateAnswer };

/** A request before it has its number. */
export type Question = Request extends infer Each ? (Each extends Request ? Omit<Each, "id"> : never) : never;

interface Waiter<Snapshot> {
  readonly onAnswer: (answer: Answer<Snapshot> | undefined) => void;
  readonly onProgress: ((progress: GateProgress) => void) | undefined;
}

/** The client's end of a stream: requests find their answers, what is published finds the listener. */
export interface Connection<Snapshot, Event, FeedLine> {
  listener: ControlListener<Snapshot, Event, FeedLine> | undefined;
  /** Called at once when the answer arrives, before any later message is heard; with undefined when it never will. */
  ask(
    question: Question,
    onAnswer: (answer: Answer<Snapshot> | undefined) => void,
    onProgress?: (progress: GateProgress) => void,
  ): void;
  finish(end: ControlEnd): void;
  /** How it ended, once it has. */
  readonly end: ControlEnd | undefined;
  readonly ended: Promise<ControlEnd>;
}

/** Starts to listen to a stream from a lead. */
export const createConnection = <Snapshot, Event, FeedLine>(stream: Duplex): Connection<Snapshot, Event, FeedLine> => {
  const waiting = new Map<number, Waiter<Snapshot>>();
  const messages = createLineReader(MESSAGE_BYTES_MAX);
  const { promise: ended, resolve: resolveEnded } = Promise.withResolvers<ControlEnd>();
  let nextId = 0;

  const connection: Connection<Snapshot, Event, FeedLine> & { end: ControlEnd | undefined } = {
    listener: undefined,
    end: undefined,
    ended,
    ask: (question, onAnswer, onProgress) => {
      if (connection.end !== undefined) return onAnswer(undefined);
      const id = nextId++;
      waiting.set(id, { onAnswer, onProgress });
      stream.write(`${JSON.stringify({ id, ...question })}\n`);
    },
    finish: (end) => {
      if (connection.end !== undefined) return;
      connection.end = end;
      for (const { onAnswer } of waiting.values()) onAnswer(undefined);
      waiting.clear();
      stream.destroy();
      resolveEnded(end);
    },
  };

  const settle = (id: number | null, answer: Answer<Snapshot>): void => {
    if (id === null) return;
    waiting.get(id)?.onAnswer(answer);
    waiting.delete(id);
  };
  const progress = (id: number, how: GateProgress): void => waiting.get(id)?.onProgress?.(how);

  stream.on("data", (piece: Buffer) => {
    const lines = messages.push(piece);
    for (const line of lines === "too-long" ? [""] : lines) {
      const message = readMessage<Snapshot, Event, FeedLine>(line);
      if (message === undefined) connection.finish(UNREADABLE);
      else if (connection.end === undefined) hear(message, connection, settle, progress);
    }
  });
  stream.on("error", () => {});
  stream.on("end", () => connection.finish(LOST));
  stream.on("close", () => connection.finish(LOST));
  return connection;
};

/** The end of a connection that nobody announced: the lead died, or broke off. */
export const LOST: ControlEnd = { kind: "lost", message: "the lead ended without a goodbye" };
const UNREADABLE: ControlEnd = { kind: "lost", message: "what answers at the control socket is no storyboard" };

const readMessage = <Snapshot, Event, FeedLine>(line: string): Message<Snapshot, Event, FeedLine> | undefined => {
  try {
    return JSON.parse(line) as Message<Snapshot, Event, FeedLine>;
  } catch {
    return undefined;
  }
};

const hear = <Snapshot, Event, FeedLine>(
  message: Message<Snapshot, Event, FeedLine>,
  connection: Connection<Snapshot, Event, FeedLine>,
  settle: (id: number | null, answer: Answer<Snapshot>) => void,
  progress: (id: number, how: GateProgress) => void,
): void => {
  const { listener } = connection;
  switch (message.type) {
    case "reply":
      settle(message.id, { reply: message.reply });
      break;
    case "snapshot":
      if (message.id === null) listener?.onSnapshot(message.snapshot);
      settle(message.id, { snapshot: message.snapshot });
      break;
    case "event":
      listener?.onEvent(message.event);
      break;
    case "feed":
      listener?.onFeed?.(message.feed);
      break;
    case "lagged":
      listener?.onLagged?.();
      break;
    case "progress":
      progress(message.id, message.progress);
      break;
    case "gate":
      settle(message.id, { gate: message.answer });
      break;
    case "error":
      connection.finish({ kind: "lost", message: message.message });
      break;
    case "bye":
      connection.finish({ kind: "bye", reason: message.reason });
      break;
    default:
    // A later version may say more; what we do not know we do not need.
  }
};
