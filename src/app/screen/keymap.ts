import type { Choice, HelpSection, KeyHint, View } from "../../components/props.ts";
import { displayWidth, padToWidth } from "../../core/model/display-width.ts";
import type { CommandContext } from "./command-context.ts";
import { SCREEN_COMMANDS, type ScreenCommand, type ScreenCommandName } from "./commands.ts";

/** What keys are for, as the help groups them. */
export type KeyGroup = "The run" | "The selected story" | "Looking" | "Moving" | "Leaving";

/** Keys that do one thing in some views. */
export interface KeyBinding {
  readonly keys: readonly string[];
  /** Keys that do the same and that nobody needs to be told of. */
  readonly also?: readonly string[];
  /** `choose` does what the marked choice of a dialog says. */
  readonly command: ScreenCommandName | "choose";
  readonly views: readonly View[];
  readonly group: KeyGroup;
  /** In the footer: undefined stands for the first key, empty for no place there. */
  readonly shown?: string;
  /** One of the choices that a dialog lists. */
  readonly isChoice?: true;
}

const RUN: readonly View[] = ["dashboard", "card"];
const PAGES: readonly View[] = ["card", "help", "inbox", "red-gates", "summary"];
const WAITING: readonly View[] = ["inbox", "red-gates"];
const EVERYWHERE: readonly View[] = [
  "dashboard",
  "card",
  "help",
  "quit",
  "confirm",
  "inbox",
  "red-gates",
  "summary",
  "lost",
];

/**
 * The only place that names a key (text that is being typed apart). Footer, help, dialogs and the README's table are
 * printed from it, the most important keys first.
 */
export const KEYMAP: readonly KeyBinding[] = [
  { keys: ["enter"], command: "start", views: ["confirm"], group: "The run", shown: "⏎" },
  { keys: ["p"], command: "pause", views: RUN, group: "The run" },
  { keys: ["i"], command: "inbox", views: [...RUN, "summary"], group: "The run" },
  { keys: ["enter"], command: "answer", views: ["inbox"], group: "The run", shown: "⏎" },
  { keys: ["a"], command: "say-yes", views: WAITING, group: "The run" },
  { keys: ["w"], command: "go-without", views: WAITING, group: "The run" },
  { keys: ["v"], command: "show-red", views: ["inbox"], group: "The run" },
  { keys: ["x"], command: "end-run", views: WAITING, group: "The run" },
  { keys: ["r"], command: "retry", views: RUN, group: "The selected story" },
  { keys: ["R"], command: "retry-with-note", views: RUN, group: "The selected story", shown: "" },
  { keys: ["s"], command: "skip", views: RUN, group: "The selected story" },
  { keys: ["x"], command: "cancel", views: RUN, group: "The selected story" },
  { keys: ["+"], also: ["="], command: "more-workers", views: RUN, group: "The run", shown: "+/-" },
  { keys: ["-"], command: "fewer-workers", views: RUN, group: "The run", shown: "" },
  { keys: ["m"], command: "message", views: RUN, group: "The selected story" },
  { keys: ["a"], command: "attach", views: RUN, group: "The selected story" },
  { keys: ["enter"], command: "card", views: ["dashboard"], group: "The selected story", shown: "⏎" },
  { keys: ["tab"], also: ["shift+tab"], command: "pane", views: ["dashboard"], group: "Looking" },
  { keys: ["f"], command: "feed-full", views: ["dashboard"], group: "Looking" },
  { keys: ["F"], command: "feed-of-story", views: ["dashboard"], group: "Looking", shown: "" },
  { keys: ["/"], command: "find", views: ["dashboard"], group: "Looking" },
  { keys: ["enter"], command: "plan-next", views: ["summary"], group: "The run", shown: "⏎" },
  { keys: ["r"], command: "resume", views: ["lost"], group: "The run", isChoice: true },
  { keys: ["n"], command: "fresh", views: ["lost"], group: "The run", isChoice: true },
  { keys: ["l"], command: "leave-running", views: ["quit"], group: "Leaving", isChoice: true },
  { keys: ["s"], command: "stop-and-save", views: ["quit"], group: "Leaving", isChoice: true },
  { keys: ["enter"], command: "choose", views: ["quit", "lost"], group: "Leaving", shown: "⏎" },
  { keys: ["esc"], command: "back", views: ["dashboard", "card", "inbox", "red-gates", "summary"], group: "Looking" },
  { keys: ["enter"], command: "back", views: ["card", "red-gates"], group: "Looking", shown: "" },
  { keys: ["esc"], also: ["?", "enter"], command: "back", views: ["help"], group: "Looking" },
  { keys: ["esc"], command: "stay", views: ["quit"], group: "Leaving", isChoice: true },
  { keys: ["esc"], command: "look", views: ["lost"], group: "Leaving", isChoice: true },
  { keys: ["?"], command: "help", views: ["dashboard", "card", "inbox", "summary"], group: "Looking" },
  { keys: ["q"], also: ["ctrl+c"], command: "leave-running", views: ["quit"], group: "Leaving", shown: "" },
  { keys: ["q"], also: ["ctrl+c"], command: "quit", views: ["dashboard", ...PAGES], group: "Leaving" },
  { keys: ["q"], also: ["ctrl+c"], command: "quit-unfinished", views: ["lost"], group: "Leaving", isChoice: true },
  { keys: ["q"], also: ["esc", "ctrl+c"], command: "quit", views: ["confirm"], group: "Leaving" },
  { keys: ["j", "down"], command: "next", views: EVERYWHERE, group: "Moving", shown: "" },
  { keys: ["k", "up"], command: "previous", views: EVERYWHERE, group: "Moving", shown: "" },
  { keys: ["g", "home"], command: "first", views: EVERYWHERE, group: "Moving", shown: "" },
  { keys: ["G", "end"], command: "last", views: EVERYWHERE, group: "Moving", shown: "" },
  {
    keys: ["page-down", "space"],
    also: ["ctrl+d", "ctrl+f"],
    command: "page-down",
    views: EVERYWHERE,
    group: "Moving",
    shown: "",
  },
  {
    keys: ["page-up", "b"],
    also: ["ctrl+u", "ctrl+b"],
    command: "page-up",
    views: EVERYWHERE,
    group: "Moving",
    shown: "",
  },
];

/** What a key does in a view; undefined when it does nothing there. */
export const bindingOf = (name: string, view: View): KeyBinding | undefined =>
  KEYMAP.find((binding) => binding.views.includes(view) && hasKey(binding, name));

/** Where a key would do something, for a person who pressed it elsewhere. */
export const isKnownKey = (name: string): boolean => KEYMAP.some((binding) => hasKey(binding, name));

const hasKey = ({ keys, also = [] }: KeyBinding, name: string): boolean => keys.includes(name) || also.includes(name);

/** A command, with all that one may or may not have. */
export const commandOf = ({ command }: KeyBinding): ScreenCommand =>
  command === "choose" ? CHOOSE : SCREEN_COMMANDS[command];

const CHOOSE: ScreenCommand = {
  does: "do what is marked",
  hint: "choose",
  act: (context) => {
    const marked = choiceBindings(context.view.view)[context.view.choice];
    if (marked !== undefined) commandOf(marked).act(context);
  },
};

/** The keys that work now, most important first. */
export const keyHints = (context: CommandContext): KeyHint[] =>
  KEYMAP.filter(({ views, shown }) => views.includes(context.view.view) && shown !== "")
    .filter((binding) => commandOf(binding).problem?.(context) === undefined)
    .map((binding) => ({ key: binding.shown ?? binding.keys[0] ?? "", label: hintOf(binding, context) }));

/** What the dialog of a view offers. */
export const choicesOf = (context: CommandContext): Choice[] =>
  choiceBindings(context.view.view).map((binding) => {
    const [label = "", hint = ""] = commandOf(binding).does.split(/[:;] /);
    return { key: binding.keys[0] ?? "", label, hint };
  });

/** The bindings behind the choices of a view, in their order. */
export const choiceBindings = (view: View): KeyBinding[] =>
  KEYMAP.filter(({ views, isChoice }) => isChoice === true && views.includes(view));

const hintOf = (binding: KeyBinding, context: CommandContext): string => {
  const { hint } = commandOf(binding);
  return typeof hint === "string" ? hint : hint(context);
};

const GROUPS: readonly KeyGroup[] = ["The run", "The selected story", "Looking", "Moving", "Leaving"];
/** Views whose keys the help explains: the dialogs explain themselves. */
const EXPLAINED: ReadonlySet<View> = new Set(["dashboard", "inbox", "summary"]);

/** The help: every key of the dashboard and its pages, by what it is for. */
export const helpSections = (): HelpSection[] =>
  GROUPS.map((title) => ({
    title,
    keys: explained()
      .filter(({ group }) => group === title)
      .map((binding) => ({ keys: binding.keys.map(shownKey).join(" "), does: doesIn(binding) })),
  })).filter(({ keys }) => keys.length > 0);

/** The README's table of keys, its columns as wide as their longest cells. */
export const keysTable = (): string => {
  const rows = [
    ["key", "what it does"],
    ...explained().map((binding) => [binding.keys.map((key) => `\`${shownKey(key)}\``).join(" "), doesIn(binding)]),
  ];
  const [keys = 0, does = 0] = [0, 1].map((column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ""))));
  const [head = "", ...lines] = rows.map(
    ([key = "", words = ""]) => `| ${padToWidth(key, keys)} | ${padToWidth(words, does)} |`,
  );
  return [head, `| ${"-".repeat(keys)} | ${"-".repeat(does)} |`, ...lines, ""].join("\n");
};

const explained = (): KeyBinding[] => KEYMAP.filter(({ views }) => views.some((view) => EXPLAINED.has(view)));

const doesIn = (binding: KeyBinding): string => {
  const { does } = commandOf(binding);
  if (binding.views.includes("dashboard")) return does;
  return `${does} (${binding.views.filter((view) => EXPLAINED.has(view)).join(", ")})`;
};

const SHOWN_KEYS: Readonly<Record<string, string>> = {
  up: "↑",
  down: "↓",
  enter: "enter",
  "page-up": "pgup",
  "page-down": "pgdn",
};

const shownKey = (key: string): string => SHOWN_KEYS[key] ?? key;
