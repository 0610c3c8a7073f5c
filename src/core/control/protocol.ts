import type { StoryKey } from "../model/story-key.ts";
import type { GateAnswer, GateAsk, GateProgress } from "./gate-messages.ts";

/**
 * What lead and clients say to each other over the run's socket: one JSON object a line. What a snapshot, an event and
 * a feed line are is decided by the app; this part only carries them.
 */

/** Raised when a message changes its meaning; fields may be added without. */
export const PROTOCOL_VERSION = 1;

/** Name of the socket inside the project's `.storyboard` folder. */
export const SOCKET_NAME = "control.sock";

/** Longest request that the lead reads, in bytes: a command with a long note or answer. */
export const REQUEST_BYTES_MAX = 1024 * 1024;

/** Longest message that a client reads, in bytes: a snapshot of the largest backlog. */
export const MESSAGE_BYTES_MAX = 256 * 1024 * 1024;

/** What a client asks; `id` is its own and comes back in the reply. */
export type Request =
  | { readonly id: number; readonly type: "hello"; readonly v: number }
  | { readonly id: number; readonly type: "snapshot" }
  | { readonly id: number; readonly type: "subscribe" }
  | { readonly id: number; readonly type: "command"; readonly command: unknown }
  | ({ readonly id: number; readonly type: "gate" } & GateAsk)
  | { readonly id: number; readonly type: "agent"; readonly words: AgentWords };

/** What an agent says in the middle of its turn, besides its work: for the screen and the inbox, never evidence. */
export interface AgentWords {
  readonly story: StoryKey;
  /** The name of its turn's folder. */
  readonly turn: string;
  readonly kind: "progress" | "question" | "blocker";
  /** The phase that it says it is in. */
  readonly phase?: string;
  readonly text: string;
}

/** The answer to a command. `message` is for people: what happened, or why it does not apply. */
export type Reply = { readonly ok: true; readonly message?: string } | { readonly ok: false; readonly message: string };

/**
 * What the lead says. `event` and `feed` come to subscribers alone, in the order of publishing;
 * `lagged` says that some were left out, and a new snapshot follows. `error` ends the connection of a client that the
 * lead cannot understand, `bye` is the orderly end of the lead; an end without either means that the lead was lost.
 */
export type Message<Snapshot, Event, FeedLine> =
  | { readonly type: "reply"; readonly id: number; readonly reply: Reply }
  | { readonly type: "snapshot"; readonly id: number | null; readonly snapshot: Snapshot }
  | { readonly type: "event"; readonly event: Event }
  | { readonly type: "feed"; readonly feed: FeedLine }
  | { readonly type: "lagged" }
  /** How far a request for a gate is; some may be left out. */
  | { readonly type: "progress"; readonly id: number; readonly progress: GateProgress }
  /** The answer to a request for a gate, which may come after those of later requests. */
  | { readonly type: "gate"; readonly id: number; readonly answer: GateAnswer }
  | { readonly type: "error"; readonly message: string }
  | { readonly type: "bye"; readonly reason: string };
