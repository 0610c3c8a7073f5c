import type { Command } from "../../core/scheduler/inputs.ts";
import type { CommandName } from "./commands.ts";

/** What every command that works on a project knows. */
export interface ProjectOptions {
  /** As given; undefined means the current folder. */
  readonly project: string | undefined;
}

/** Which stories, and how. Undefined is not given: the configuration or the default holds. */
export interface SelectionOptions extends ProjectOptions {
  readonly epic: string | undefined;
  readonly stories: readonly string[] | undefined;
  /** Undefined with an epic or stories means `select`, else `continue`. */
  readonly mode: "continue" | "select" | "autopilot" | undefined;
  readonly execution: "parallel" | "sequential" | undefined;
  readonly order: "auto" | "epic" | "parallel" | "sequential" | undefined;
  readonly maxWorkers: number | undefined;
  readonly agent: string | undefined;
  readonly reviewAgent: string | undefined;
  readonly pipeline: string | undefined;
  readonly includeBacklog: boolean;
}

export interface RunOptions extends SelectionOptions {
  /** No command was named: the screen may ask what is meant. */
  readonly asks: boolean;
  /** This process is the lead of a screen. */
  readonly detached: boolean;
  readonly resume: boolean;
  readonly fresh: boolean;
  readonly headless: boolean;
  readonly json: boolean;
  /** A checked time; `untilMs` turns it into a moment. */
  readonly until: string | undefined;
  readonly dryRun: boolean;
  readonly inbox: "wait" | "fail" | undefined;
  readonly acceptBaseline: boolean;
}

export interface DemoOptions extends ProjectOptions {
  readonly keep: boolean;
  readonly json: boolean;
}

export interface GateOptions extends ProjectOptions {
  readonly json: boolean;
  /** Run it here when the lead gives no answer. */
  readonly orRun: boolean;
}

export interface WatchOptions extends ProjectOptions {
  /** A run's id; undefined is the newest run. */
  readonly run: string | undefined;
  /** Open a side pane of tmux and watch there. */
  readonly tmux: boolean;
}

/** What `ctl` asks: a command of the scheduler (its story may be a short key), or the list of what waits. */
export type ControlAction = Command | { readonly type: "inbox" };

/** A command line, understood. */
export type ParsedCommand =
  | { readonly name: "help"; readonly topic: CommandName | undefined }
  | { readonly name: "version" }
  | { readonly name: "run"; readonly options: RunOptions }
  | { readonly name: "watch"; readonly options: WatchOptions }
  | { readonly name: "plan"; readonly options: SelectionOptions & { readonly json: boolean } }
  | { readonly name: "ctl"; readonly action: ControlAction; readonly options: ProjectOptions }
  | { readonly name: "doctor"; readonly options: ProjectOptions & { readonly json: boolean } }
  | { readonly name: "demo"; readonly options: DemoOptions }
  | { readonly name: "gate"; readonly gate: string; readonly options: GateOptions }
  | { readonly name: "mcp"; readonly hasGates: boolean }
  | { readonly name: "demo-agent" }
  | { readonly name: "bridge"; readonly words: readonly string[] }
  | { readonly name: "status"; readonly options: ProjectOptions & { readonly json: boolean } }
  | { readonly name: "attach"; readonly story: string; readonly options: ProjectOptions }
  | { readonly name: "confirm"; readonly story: string; readonly options: ProjectOptions }
  | { readonly name: "logs"; readonly story: string; readonly options: ProjectOptions & { readonly follow: boolean } }
  | {
      readonly name: "clean";
      readonly options: ProjectOptions & { readonly dryRun: boolean; readonly force: boolean };
    };
