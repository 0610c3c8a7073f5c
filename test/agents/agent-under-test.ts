import type { AgentProgram } from "../support/agent-programs.ts";
import type { Step } from "../support/model-server/conversation.ts";

/** One agent program as a project uses it, and what is particular to it. */
export interface AgentUnderTest {
  readonly name: string;
  /** What has to be installed for it. */
  readonly programs: readonly AgentProgram[];
  /** The profile of storyboard.yaml that has it talk to the model at that URL alone. */
  profile(place: Place): Readonly<Record<string, unknown>>;
  /** Settings of its own, by their paths in the home folder. */
  settings?(place: Place): Readonly<Record<string, string>>;
  /** The folder that its projects are made in, where it is not the one for temporary files. */
  readonly folder?: string;
  /** Set where a sandbox decides what its commands may do, and none is refused by its name. */
  readonly runsAnything?: true;
  /** Set where it cannot be offered storyboard's own server of tools. */
  readonly hasNoServer?: true;
  readonly limit?: UsageLimit;
  /** Actions that `edit` does not allow; where one were done, the file `forbidden` would be in the home folder. */
  forbidden(place: Place): readonly Step[];
  /** Longest silence that is no hang, in seconds: its start on a busy machine. */
  readonly silentSeconds: number;
}

/** A usage limit of the agent's provider. */
export interface UsageLimit {
  /** How the provider says that the limit ends then, epoch milliseconds. */
  refusal(endMs: number): Step;
  /** How much of the time the program's words leave out, in milliseconds; storyboard then waits so much longer. */
  readonly precisionMs?: number;
  /** Set where the program waits by itself as often as it is told, before it gives up: it is told a moment each time. */
  readonly isWaitedFor?: true;
}

/** Where one test's agent lives. */
export interface Place {
  /** The model's base URL, without what a program's own API adds to it. */
  readonly url: string;
  readonly home: string;
  /** A server of tools that the user has in the program's own settings: a program and its arguments. */
  readonly ownServer: readonly [string, ...string[]];
}
