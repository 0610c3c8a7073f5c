import { COMMANDS, type CommandDescription, type CommandName, OPTIONS, type OptionDescription } from "./commands.ts";
import { shownValue } from "./option-values.ts";

/** Widest line of the help, in columns. */
export const HELP_COLUMNS_MAX = 80;

/** The help of a command, or of the whole program; ends with a line feed. */
export const helpText = (topic?: CommandName): string =>
  `${(topic === undefined || topic === "help" ? programHelp() : commandHelp(topic)).join("\n")}\n`;

const programHelp = (): string[] => [
  "storyboard runs a sprint: coding agents build user stories in parallel, with",
  "evidence, review and a merge queue.",
  "",
  "Usage: storyboard [COMMAND] [OPTIONS]",
  "",
  "Commands:",
  ...Object.entries<CommandDescription>(COMMANDS).flatMap(([name, { shownArguments, help }]) =>
    entry(`${name} ${shownArguments}`.trim(), help),
  ),
  "",
  "Everywhere:",
  ...(["project", "help", "version"] as const).flatMap((name) => optionEntry(name, OPTIONS[name])),
  "",
  "`storyboard COMMAND --help` says more.",
  "",
  ...EXIT_STATUSES,
];

const commandHelp = (name: CommandName): string[] => {
  const { shownArguments, help, options, details = [] }: CommandDescription = COMMANDS[name];
  return [
    `Usage: storyboard ${[name, shownArguments, "[OPTIONS]"].filter((part) => part !== "").join(" ")}`,
    "",
    ...wrapped(`${help.charAt(0).toUpperCase()}${help.slice(1)}.`, "", HELP_COLUMNS_MAX),
    "",
    ...(details.length === 0 ? [] : [...details.flatMap((line) => wrapped(line, "", HELP_COLUMNS_MAX)), ""]),
    "Options:",
    ...options.flatMap((option) => optionEntry(option, OPTIONS[option])),
    "",
    ...(name === "run"
      ? EXIT_STATUSES
      : ["Exit status: 0 done, 1 it could not be done, 2 wrong usage or configuration."]),
  ];
};

const EXIT_STATUSES = [
  "Exit status of a run:",
  "  0    all chosen stories are done, or were already",
  "  1    some failed, are blocked, skipped, parked or await a person",
  "  2    wrong usage or configuration",
  "  3    circuit breaker or critical stop",
  "  130  interrupted; all is saved, continue with `storyboard run --resume`",
];

const optionEntry = (name: string, { short, value, help, isInternal }: OptionDescription): string[] => {
  if (isInternal) return [];
  const shown = `${short === undefined ? "" : `-${short}, `}--${name} ${shownValue(value)}`.trim();
  return entry(shown, help);
};

/** Column where explanations begin. */
const EXPLANATION_COLUMN = 26;

const entry = (left: string, explanation: string): string[] => {
  const indent = " ".repeat(EXPLANATION_COLUMN);
  const lines = wrapped(explanation, indent, HELP_COLUMNS_MAX);
  const head = `  ${left}`;
  if (head.length > EXPLANATION_COLUMN - 2) return [head, ...lines];
  return [head.padEnd(EXPLANATION_COLUMN) + (lines[0] ?? "").slice(EXPLANATION_COLUMN), ...lines.slice(1)];
};

/** Keeps lines that fit as they are, with their own spaces. */
const wrapped = (text: string, indent: string, columns: number): string[] => {
  if (indent.length + text.length <= columns) return [indent + text];
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ")) {
    const longer = line === indent ? line + word : `${line} ${word}`;
    if (longer.length > columns && line !== indent) {
      lines.push(line);
      line = indent + word;
    } else line = longer;
  }
  return [...lines, line];
};
