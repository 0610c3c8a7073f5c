/** What an option takes; the text is how the help shows it. */
export type OptionValue =
  | { readonly kind: "flag" }
  | { readonly kind: "text"; readonly shown: string }
  | { readonly kind: "list"; readonly shown: string }
  | { readonly kind: "number"; readonly shown: string; readonly max: number }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "time"; readonly shown: string };

/** One option of the command line. */
export interface OptionDescription {
  readonly short?: string;
  readonly value: OptionValue;
  readonly help: string;
  /** Our own programs give it to each other: no help shows it. */
  readonly isInternal?: true;
}

/** One command of the command line. */
export interface CommandDescription {
  /** What follows the command, as the help shows it. */
  readonly shownArguments: string;
  readonly help: string;
  readonly options: readonly OptionName[];
  /** Lines that the command's own help adds. */
  readonly details?: readonly string[];
}

const flag: OptionValue = { kind: "flag" };
const name: OptionValue = { kind: "text", shown: "NAME" };

/** Every option, once: from this table the line is read and the help is printed. */
export const OPTIONS = {
  epic: { value: { kind: "text", shown: "EPIC" }, help: "run the stories of this epic" },
  stories: { value: { kind: "list", shown: "KEY,KEY" }, help: "run these stories; short keys (36-2) will do" },
  mode: {
    value: { kind: "choice", choices: ["continue", "select", "autopilot"] },
    help: "which stories: the epic under way (default), the ones named, or all epics until done or blocked",
  },
  execution: { value: { kind: "choice", choices: ["parallel", "sequential"] }, help: "many stories at a time, or one" },
  order: {
    value: { kind: "choice", choices: ["auto", "epic", "parallel", "sequential"] },
    help: "where dependencies come from; declared ones always hold",
  },
  "max-workers": { value: { kind: "number", shown: "N", max: 1000 }, help: "stories in flight at most" },
  agent: { value: name, help: "agent profile that builds (agents.NAME of the configuration)" },
  "review-agent": { value: name, help: "agent profile that reviews" },
  pipeline: {
    value: name,
    help: "phases a story goes through: dev-review (default), build, worker, seven-phase, or your own",
  },
  resume: { value: flag, help: "continue the newest run, start one where there is none" },
  fresh: { value: flag, help: "start anew and keep the old run; never asks" },
  headless: { value: flag, help: "no screen: plain lines on stdout; the default when stdout is no terminal" },
  json: { value: flag, help: "JSON instead of text" },
  until: { value: { kind: "time", shown: "TIME" }, help: "save and end the run at 2026-01-31T07:00 or 07:00" },
  "dry-run": { value: flag, help: "say what would be done and do nothing" },
  "include-backlog": { value: flag, help: "also run stories in status backlog that have a story file" },
  inbox: { value: { kind: "choice", choices: ["wait", "fail"] }, help: "headless: wait for answers, or end without" },
  "accept-baseline": { value: flag, help: "start although gates are red already; that is not held against a story" },
  note: { value: { kind: "text", shown: "TEXT" }, help: "with retry: what to tell the agent" },
  "as-done": { value: flag, help: "with skip: dependents treat the story as done" },
  follow: { short: "f", value: flag, help: "go on printing as the agent writes" },
  tmux: { value: flag, help: "open a side pane of tmux and watch there" },
  detached: { value: flag, help: "the lead of a screen: says nothing, its run comes on stdin", isInternal: true },
  "without-gates": { value: flag, help: "for an agent that may not run gates", isInternal: true },
  "or-run": { value: flag, help: "with gate: run it here when there is no answer" },
  force: { value: flag, help: "also remove what has not landed; its commits stay under a saved ref" },
  keep: { value: flag, help: "keep the project that the demo made, and say where it is" },
  project: { value: { kind: "text", shown: "DIR" }, help: "the project's folder; the current one by default" },
  help: { short: "h", value: flag, help: "print this help" },
  version: { value: flag, help: "print the version" },
} as const satisfies Record<string, OptionDescription>;

/** The name of an option, without its dashes. */
export type OptionName = keyof typeof OPTIONS;

const SELECTION = ["epic", "stories", "mode", "execution", "order", "max-workers", "include-backlog"] as const;
const AGENTS = ["agent", "review-agent", "pipeline"] as const;
const EVERYWHERE = ["project", "help"] as const;

/** Every command of this version. */
export const COMMANDS = {
  run: {
    shownArguments: "",
    help: "run stories; the same as no command at all",
    options: [
      ...SELECTION,
      ...AGENTS,
      "resume",
      "fresh",
      "headless",
      "json",
      "until",
      "dry-run",
      "inbox",
      "accept-baseline",
      "detached",
      ...EVERYWHERE,
    ],
    details: [
      "On a terminal a screen shows the run, and leaving it leaves the run alone. Without a command it asks before it starts.",
      "To stop a headless run: Ctrl-C, SIGTERM or `storyboard ctl stop`. All is saved; continue with --resume.",
    ],
  },
  watch: {
    shownArguments: "[RUN]",
    help: "the screen for a run that another process leads; any number at once",
    options: ["tmux", ...EVERYWHERE],
  },
  plan: {
    shownArguments: "",
    help: "show what would run: dependencies and their sources, what is ready, what is blocked and why",
    options: [...SELECTION, ...AGENTS, "json", ...EVERYWHERE],
  },
  ctl: {
    shownArguments: "ACTION ...",
    help: "steer the run that is alive",
    options: ["note", "as-done", ...EVERYWHERE],
    details: [
      "Actions:",
      "  pause, resume              start nothing new; go on (also closes the breaker)",
      "  retry KEY [--note TEXT]    try a story again, also one of an ended run",
      "  skip KEY [--as-done]       end a story without running it",
      "  cancel KEY                 stop a story's agent and end the story",
      "  workers N                  stories in flight at most",
      "  answer KEY TEXT            answer what a story asks, also of an ended run",
      "  answer baseline CHOICE     red before the first story: accept, without, quit",
      "  approve KEY [COMMENTS]     yes to a plan, open findings, a conflict put right",
      "  message KEY TEXT           say something to the agent that is at work",
      "  inbox                      list what waits for a person",
      "  stop                       save and end the run",
    ],
  },
  status: { shownArguments: "", help: "show the run as it is now", options: ["json", ...EVERYWHERE] },
  logs: { shownArguments: "KEY", help: "print what a story's agent wrote", options: ["follow", ...EVERYWHERE] },
  attach: {
    shownArguments: "KEY",
    help: "open the agent's own session in the story's worktree; the story waits until it is closed",
    options: [...EVERYWHERE],
  },
  gate: {
    shownArguments: "NAME",
    help: "run a gate through the run that is alive: one queue, equal requests share one run, results are kept",
    options: ["json", "or-run", ...EVERYWHERE],
    details: [
      "For agents in their worktree and for people. NAME is a gate, or full for all",
      "that apply. Without a run that is alive it is run here, with the same kept",
      "results. It ends with 0 for PASS, 1 for FAIL, and 75 where there is no answer:",
      "the run ends, or its lead is lost. Then nothing is known about the work; it",
      "says the command to run yourself, or runs it at once with --or-run.",
    ],
  },
  mcp: {
    shownArguments: "",
    help: "an MCP server on stdin and stdout for the agent of a turn: progress, questions, blockers, gates, its story",
    options: ["without-gates", "help"],
    details: [
      "storyboard offers it to its agents by itself. It finds its run and its story by",
      "the STORYBOARD_ variables of the turn. What an agent says by it is for the screen",
      "and the inbox, never evidence.",
    ],
  },
  confirm: {
    shownArguments: "KEY",
    help: "your own part of a story that has landed is done: it is done then",
    options: [...EVERYWHERE],
  },
  clean: {
    shownArguments: "",
    help: "remove worktrees, branches and runs that are no longer needed; lists what has not landed",
    options: ["dry-run", "force", ...EVERYWHERE],
  },
  doctor: {
    shownArguments: "",
    help: "check agents, logins, git, configuration, backlog and gates, with a remedy for each finding",
    options: ["json", ...EVERYWHERE],
    details: [
      "It asks no model, changes nothing, and says how each agent would be called.",
      "It ends with 0 when a run could start, and with 1 when something is in the way.",
    ],
  },
  demo: {
    shownArguments: "",
    help: "a small sprint with embedded agents, within a minute: no account, no network, no configuration",
    options: ["keep", "json", ...EVERYWHERE],
    details: [
      "The project is made in a temporary folder, which goes at the end. With --project",
      "it is made in that folder, which has to be new or empty, and stays.",
    ],
  },
  help: { shownArguments: "[COMMAND]", help: "print this help, or that of a command", options: ["help"] },
} as const satisfies Record<string, CommandDescription>;

/** The name of a command. */
export type CommandName = keyof typeof COMMANDS;

/** Known names that this version does not serve yet: they are refused by name, never guessed at. */
export const LATER_COMMANDS: readonly string[] = ["report", "replay", "init", "worker", "revert", "diagnose"];
/** The same for options. */
export const LATER_OPTIONS: readonly string[] = ["pre-selected", "create-stories", "infer"];

/** The actions of `ctl`, with what each takes. */
export const ACTIONS = {
  pause: [],
  resume: [],
  retry: ["KEY"],
  skip: ["KEY"],
  cancel: ["KEY"],
  workers: ["N"],
  answer: ["KEY", "TEXT"],
  approve: ["KEY", "[COMMENTS]"],
  message: ["KEY", "TEXT"],
  inbox: [],
  stop: [],
} as const satisfies Record<string, readonly ("KEY" | "N" | "TEXT" | "[COMMENTS]")[]>;

/** The name of an action of `ctl`. */
export type ActionName = keyof typeof ACTIONS;
