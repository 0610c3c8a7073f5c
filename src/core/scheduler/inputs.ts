import type { StoryKey } from "../model/story-key.ts";
import type { EffectId, EffectResult } from "./effects.ts";
import type { BaselineChoice } from "./events.ts";

/** What a person or a script asks of a run: everything that a key can do. */
export type Command =
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "retry"; readonly story: StoryKey; readonly note?: string }
  | { readonly type: "skip"; readonly story: StoryKey; readonly satisfies?: boolean }
  | { readonly type: "cancel"; readonly story: StoryKey }
  | { readonly type: "workers"; readonly max: number }
  /** Something to say to the agent that is at work. */
  | { readonly type: "message"; readonly story: StoryKey; readonly text: string }
  /** A person opens the agent's own session: the story waits until they are done. */
  | { readonly type: "attach"; readonly story: StoryKey }
  | { readonly type: "detach"; readonly story: StoryKey }
  | { readonly type: "answer"; readonly story: StoryKey; readonly text: string }
  /** A plan, findings that are still open, or a conflict put right: what waits for a person's yes. */
  | { readonly type: "approve"; readonly story: StoryKey; readonly comments?: string }
  /** The person's part of a story is done. */
  | { readonly type: "confirm"; readonly story: StoryKey }
  | { readonly type: "decide-baseline"; readonly choice: BaselineChoice }
  | { readonly type: "stop"; readonly reason: string };

/** What an agent asks a person in the middle of its turn. Its text is free of terminal control. */
export interface AgentAsked {
  readonly type: "agent-asked";
  readonly story: StoryKey;
  /** The `run-turn` that it is in. */
  readonly turn: EffectId;
  readonly kind: "question" | "blocker";
  readonly text: string;
}

/** Everything that can happen to the scheduler. */
export type Fact =
  | { readonly type: "started" }
  | { readonly type: "resumed" }
  | { readonly type: "time-passed" }
  | { readonly type: "effect-ended"; readonly effect: EffectId; readonly result: EffectResult }
  | AgentAsked
  | { readonly type: "command"; readonly command: Command };

/** A fact with the time and the chance that the decision may use: the core has neither of its own. */
export interface Input {
  readonly fact: Fact;
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** In [0, 1): jitter of backoffs. */
  readonly luck: number;
}
