import type { AgentProfile } from "../model/config.ts";
import type { Permission } from "../model/pipeline.ts";
import type { TurnEnd, TurnFailureCause } from "../model/turn.ts";
import type { Usage } from "../model/usage.ts";
import type { McpServerOffer, ServerFate } from "./mcp-server.ts";

/** Everything that storyboard knows about one agent program. One file each; `agents.ts` lists them. */
export interface AgentDescription {
  /** The `cli` of a profile that means this program. */
  readonly cli: AgentProfile["cli"];
  /** The program to be found on the PATH, where it is always the same one. */
  readonly program?: string;
  /** How a person gets that program: a sentence without its full stop. */
  readonly install?: string;
  /** Whether a session that a turn reported can be continued by a later turn. */
  readonly canContinue: boolean;
  /** Whether a session can be continued in the folder alone that it was begun in. */
  readonly sessionsStayInFolder?: true;
  /** Whether every turn reports tokens; then a turn without any is the environment's fault. */
  readonly reportsUsage: boolean;
  /** Whether what it reports as used is the sum over its whole session: a turn's part is then the difference. */
  readonly countsSession?: true;
  /** Whether a new session gets the id that we choose (`TurnRequest.newSession`). */
  readonly takesSessionId?: boolean;
  /**
   * Whether a turn takes messages while it runs: a file `<id>.json` with `{"text": "..."}`, put into the folder `messages`
   * of the turn's own folder by a rename, reaches the agent and then is called `<id>.taken`. One that comes after the
   * turn's end is left as it is.
   */
  readonly takesMessages?: true;
  /** Whether the turns of a run must have one temporary folder in common, instead of one each. */
  readonly sharesTmp?: true;
  /** What this program needs to stop cleanly, before TERM and KILL. */
  readonly stopSignal: "SIGINT" | "SIGTERM";
  /** How it is asked, without cost, what it is and whether it could work now. */
  readonly probe?: AgentProbe;
  /** Names of the starter's variables that it finds its login and its provider by. */
  readonly variables?: RegExp;
  /**
   * How long it may stay, silent, after it said how the turn ended, in milliseconds; then it is stopped and what it
   * said counts. Unset: as long as a turn may take.
   */
  readonly exitLimitMs?: number;
  /** Whose limits and outages a profile shares with others: the governor counts by this name. */
  provider(profile: AgentProfile): string;
  /** How one turn is started. Throws a UserError where the profile cannot be used. */
  call(request: TurnRequest): AgentCall;
  /** A new parser for the output of one turn. */
  createParser(): AgentParser;
  /** How a person opens that session in the program's own interactive form; unset where it has none. */
  attach?(request: AttachRequest): AgentAttachment;
}

/** How a program is asked about itself, without a request to its model. */
export interface AgentProbe {
  /** The release that storyboard was tested with. */
  readonly tested: string;
  /** Arguments that print the version. */
  readonly version: readonly string[];
  /** Whether somebody is logged in: asked one after the other until an answer says it. Empty where the program cannot tell. */
  readonly logins: readonly LoginQuestion[];
  /** What shows that its sandbox works on this machine; unset where it has none. */
  readonly sandbox?: SandboxQuestion;
  /** Files of the project that may hold a login which the questions do not look at, and what one looks like there. */
  readonly projectLogin?: { readonly files: readonly string[]; readonly pattern: RegExp };
  /** Variables that are a login by themselves. */
  readonly keys: readonly string[];
  /** What a person does to log in: a sentence without its full stop. */
  readonly remedy: string;
}

/** A question about a login. */
export interface LoginQuestion {
  readonly args: readonly string[];
  /** What the answer means. */
  readonly read: (answer: ProbeAnswer) => LoginState;
}

/** A question about the sandbox that `read` and `edit` rely on. */
export interface SandboxQuestion {
  readonly args: readonly string[];
  /** What is wrong with it, in words for a person; undefined where it works, or nobody knows. */
  readonly read: (answer: ProbeAnswer) => string | undefined;
  /** A sentence without its full stop. */
  readonly remedy: string;
}

/** What a program printed when it was asked. */
export interface ProbeAnswer {
  /** Null when it had to be killed or did not start. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Whether somebody is logged in; `detail` is a few words for people. */
export type LoginState =
  | { readonly kind: "logged-in"; readonly detail: string }
  | { readonly kind: "logged-out"; readonly detail: string }
  | { readonly kind: "unknown"; readonly detail: string };

/** The session that a person wants to enter. */
export interface AttachRequest {
  readonly profile: AgentProfile;
  readonly session: string;
  readonly model?: string;
}

/** A program to start at a terminal, in the story's worktree. */
export interface AgentAttachment {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What a turn is asked to do. */
export interface TurnRequest {
  readonly profile: AgentProfile;
  readonly prompt: string;
  /** The session to continue, as an earlier turn reported it. */
  readonly session?: string;
  /** The id that a new session is to have; the same whenever this turn is asked for. */
  readonly newSession?: string;
  readonly permission: Permission;
  /** Shell lines of the project's gates, which `edit` may run. */
  readonly gateCommands?: readonly string[];
  /** The model to use instead of the profile's. */
  readonly model?: string;
  /** Absolute folder of the turn's own, outside of the worktree, where the call's `files` will be. */
  readonly turnDirectory?: string;
  /** Where git keeps the worktree's history: absolute folders outside of it that a commit writes to. */
  readonly gitDirectories?: readonly string[];
  /** Absolute top of the worktree, where the program starts in a folder below it. */
  readonly worktree?: string;
  /** A server of tools that the program is offered for this turn, where it can take one. */
  readonly mcpServer?: McpServerOffer;
  /** The environment that the program gets besides the call's `env`. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A process to start in the worktree. */
export interface AgentCall {
  /** The program and its arguments; never passed through a shell. */
  readonly command: readonly string[];
  /** Written to stdin, which is then closed. */
  readonly input: string;
  /** Variables that this program needs besides those of `agentEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
  /** Files that it reads, by their names in `TurnRequest.turnDirectory`; written before it starts. */
  readonly files?: Readonly<Record<string, string>>;
  /** What became of `TurnRequest.mcpServer`; unset where there is none, and for programs that can take none. */
  readonly server?: ServerFate;
}

/** Reads one turn's output. Never throws and holds a bounded amount, whatever the agent prints. */
export interface AgentParser {
  /** One line of stdout without its line feed. */
  line(line: string): readonly AgentEvent[];
  /** The process has ended by itself. A cut by storyboard is judged by whoever cut it, never by this. */
  end(exit: AgentExit): ParsedTurn;
}

/** How the process ended; `status` is null when a signal killed it. */
export interface AgentExit {
  readonly status: number | null;
  readonly signal?: string;
  /** The end of stderr, free of terminal control: for what a program says nowhere else. */
  readonly stderr?: string;
}

/** Something an agent said or did, in the words that all agents share. Its texts are free of terminal control. */
export type AgentEvent =
  | { readonly t: "text"; readonly text: string }
  | { readonly t: "tool-start"; readonly id: string; readonly name: string; readonly detail: string }
  | { readonly t: "tool-end"; readonly id: string; readonly ok: boolean }
  | { readonly t: "usage"; readonly usage: Usage }
  | { readonly t: "session"; readonly id: string }
  /** An action that was refused to the agent; the turn goes on. */
  | { readonly t: "denied"; readonly name: string; readonly detail: string }
  /** A remark of the program itself, not of the agent: it tries again, it went over to another model. */
  | { readonly t: "notice"; readonly text: string }
  | { readonly t: "finished"; readonly text?: string }
  | {
      readonly t: "failed";
      readonly cause: TurnFailureCause;
      readonly message: string;
      /** When the provider says it works again, epoch milliseconds. */
      readonly untilMs?: number;
      /** Whether the program would go on for ever and has to be stopped now, however much it still prints. */
      readonly final?: boolean;
    }
  | { readonly t: "unknown"; readonly line: string };

/** What the whole output of a turn came to. */
export interface ParsedTurn {
  readonly end: TurnEnd;
  readonly session?: string;
  /** Of this turn, or of its whole session (`AgentDescription.countsSession`). */
  readonly usage: Usage;
  /** The last lines the agent said, at most 20. */
  readonly lastLines: readonly string[];
  /** What the agent ended with, at most 200 lines: where HALT and QUESTION are looked for. */
  readonly finalText: string;
  /** The end of all that the agent said, long enough to hold its closing block. */
  readonly closingText: string;
  /** Remarks for the card: actions that were refused. */
  readonly notes?: readonly string[];
}
