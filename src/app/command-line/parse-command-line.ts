import { UserError } from "../../core/model/user-error.ts";
import {
  COMMANDS,
  type CommandDescription,
  type CommandName,
  LATER_COMMANDS,
  LATER_OPTIONS,
  type OptionName,
} from "./commands.ts";
import { meant, type OptionValues, readOptionValue } from "./option-values.ts";
import { parseAction } from "./parse-action.ts";
import type { ParsedCommand, RunOptions, SelectionOptions } from "./parsed-command.ts";
import { quoted } from "./quoted.ts";
import { type GivenArguments, type GivenOption, optionNamed, readArguments } from "./read-arguments.ts";

/**
 * Understands a command line (without node and program). Throws one UserError (exit status 2) that lists every mistake.
 * Without a command it is `run`. `--help` wins over everything else that is wrong.
 */
export const parseCommandLine = (argv: readonly string[]): ParsedCommand => {
  if (argv.length === 1 && argv[0] === DEMO_AGENT) return { name: DEMO_AGENT };
  if (argv[0] === BRIDGE) return { name: BRIDGE, words: argv.slice(1) };
  const given = readArguments(argv);
  const [word = "run", ...words] = given.positionals;
  const isKnown = Object.hasOwn(COMMANDS, word);
  const asks = (name: OptionName): boolean => given.options.some((option) => option.name === name);
  if (asks("help") && (isKnown || given.positionals.length === 0)) {
    return { name: "help", topic: given.positionals.length === 0 ? undefined : (word as CommandName) };
  }
  if (asks("version")) return { name: "version" };
  if (!isKnown) throw commandLineError([unknownCommand(word), ...unknownOptions(given.options)]);

  const command = word as CommandName;
  const mistakes = unknownOptions(given.options);
  // What follows an unknown option may be its value: then nothing sensible can be said about surplus words.
  const hasUnknown = mistakes.length > 0;
  const values = readOptions(command, given, mistakes);
  const before = mistakes.length;
  const parsed = parseCommand(command, words, values, mistakes);
  if (hasUnknown) mistakes.length = before;
  if (mistakes.length > 0 || parsed === undefined) throw commandLineError(mistakes, command);
  const isUnnamed = given.positionals.length === 0;
  return parsed.name === "run" && isUnnamed ? { ...parsed, options: { ...parsed.options, asks: true } } : parsed;
};

/** The demo's agent is started by storyboard alone, so no help names it. */
const DEMO_AGENT = "demo-agent";
/** So is the bridge to an agent that is talked with; its words are that agent's. */
const BRIDGE = "bridge";

const commandLineError = (mistakes: readonly string[], command?: CommandName): UserError => {
  const [first = "", ...more] = mistakes;
  const message =
    more.length === 0 ? first : `${mistakes.length} mistakes:\n${mistakes.map((m) => `  ${m}`).join("\n")}`;
  const help = command === undefined || command === "help" ? "storyboard --help" : `storyboard ${command} --help`;
  return new UserError(message, [`See \`${help}\`.`]);
};

const unknownCommand = (word: string): string =>
  LATER_COMMANDS.includes(word)
    ? `storyboard ${word} is not in this version yet`
    : `${quoted(word)} is not a command${meant(word, Object.keys(COMMANDS))}`;

const unknownOptions = (options: readonly GivenOption[]): string[] =>
  options
    .filter(({ name }) => optionNamed(name) === undefined)
    .map(({ name, written }) =>
      LATER_OPTIONS.includes(name)
        ? `${written} is not in this version yet`
        : `${quoted(written)} is not an option${meant(name, OPTION_NAMES, "--")}`,
    );

const OPTION_NAMES: readonly string[] = [...new Set(Object.values(COMMANDS).flatMap(({ options }) => [...options]))];

const readOptions = (command: CommandName, given: GivenArguments, mistakes: string[]): OptionValues => {
  const values: OptionValues = {};
  const { options }: CommandDescription = COMMANDS[command];
  for (const option of given.options) {
    const description = optionNamed(option.name);
    if (description === undefined) continue;
    const name = option.name as OptionName;
    if (!options.includes(name)) {
      mistakes.push(`${option.written} is not an option of ${command}${belongsTo(name)}`);
      continue;
    }
    const read = readOptionValue(option, description);
    if ("problem" in read) mistakes.push(read.problem);
    else {
      const isRepeated = values[name] !== undefined && description.value.kind !== "flag";
      if (isRepeated) mistakes.push(`${option.written} is given twice`);
      values[name] = read.value;
    }
  }
  return values;
};

const belongsTo = (name: OptionName): string => {
  const owners = Object.entries<CommandDescription>(COMMANDS).filter(([, { options }]) => options.includes(name));
  return owners.length === 0 ? "" : ` (it belongs to ${owners.map(([owner]) => owner).join(", ")})`;
};

const parseCommand = (
  command: CommandName,
  words: readonly string[],
  values: OptionValues,
  mistakes: string[],
): ParsedCommand | undefined => {
  const project = values.project as string | undefined;
  switch (command) {
    case "run":
      refuseWords(command, words, 0, mistakes);
      return { name: "run", options: runOptions(values, mistakes) };
    case "watch":
      refuseWords(command, words, 1, mistakes);
      return { name: "watch", options: { project, run: words[0], tmux: values.tmux === true } };
    case "plan":
      refuseWords(command, words, 0, mistakes);
      return { name: "plan", options: { ...selectionOptions(values, mistakes), json: values.json === true } };
    case "status":
      refuseWords(command, words, 0, mistakes);
      return { name: "status", options: { project, json: values.json === true } };
    case "doctor":
      refuseWords(command, words, 0, mistakes);
      return { name: "doctor", options: { project, json: values.json === true } };
    case "demo":
      refuseWords(command, words, 0, mistakes);
      return { name: "demo", options: { project, keep: values.keep === true, json: values.json === true } };
    case "clean":
      refuseWords(command, words, 0, mistakes);
      return { name: "clean", options: { project, dryRun: values["dry-run"] === true, force: values.force === true } };
    case "mcp":
      refuseWords(command, words, 0, mistakes);
      return { name: "mcp", hasGates: values["without-gates"] !== true };
    case "gate":
      if (words[0] === undefined) mistakes.push("gate needs the NAME of a gate, or full");
      refuseWords(command, words, 1, mistakes);
      return {
        name: "gate",
        gate: words[0] ?? "",
        options: { project, json: values.json === true, orRun: values["or-run"] === true },
      };
    case "attach":
      if (words[0] === undefined) mistakes.push("attach needs the KEY of a story");
      refuseWords(command, words, 1, mistakes);
      return { name: "attach", story: words[0] ?? "", options: { project } };
    case "confirm":
      if (words[0] === undefined) mistakes.push("confirm needs the KEY of a story");
      refuseWords(command, words, 1, mistakes);
      return { name: "confirm", story: words[0] ?? "", options: { project } };
    case "logs":
      if (words[0] === undefined) mistakes.push("logs needs the KEY of a story");
      refuseWords(command, words, 1, mistakes);
      return { name: "logs", story: words[0] ?? "", options: { project, follow: values.follow === true } };
    case "ctl": {
      const action = parseAction(words, values, mistakes);
      return action === undefined ? undefined : { name: "ctl", action, options: { project } };
    }
    case "help":
      refuseWords(command, words, 1, mistakes);
      return { name: "help", topic: helpTopic(words[0], mistakes) };
    default:
      return command satisfies never;
  }
};

const helpTopic = (word: string | undefined, mistakes: string[]): CommandName | undefined => {
  if (word === undefined || Object.hasOwn(COMMANDS, word)) return word as CommandName | undefined;
  mistakes.push(unknownCommand(word));
  return undefined;
};

const refuseWords = (command: CommandName, words: readonly string[], wordsMax: number, mistakes: string[]): void => {
  const surplus = words.slice(wordsMax);
  if (surplus.length > 0) mistakes.push(`${command} does not know what to do with ${surplus.map(quoted).join(" ")}`);
};

/** The values were checked against the table, which holds the same words as these types. */
const selectionOptions = (values: OptionValues, mistakes: string[]): SelectionOptions => {
  const { epic, stories, mode, execution, order } = values as Partial<SelectionOptions>;
  if (execution === "sequential" && order !== undefined && order !== "sequential") {
    mistakes.push(`--execution sequential and --order ${order} contradict each other`);
  }
  if (execution === "parallel" && order === "sequential") {
    mistakes.push("--execution parallel and --order sequential contradict each other");
  }
  if (mode === "select" && epic === undefined && stories === undefined) {
    mistakes.push("--mode select needs --epic or --stories");
  }
  return {
    project: values.project as string | undefined,
    epic,
    stories,
    mode,
    execution,
    order,
    maxWorkers: values["max-workers"] as number | undefined,
    agent: values.agent as string | undefined,
    reviewAgent: values["review-agent"] as string | undefined,
    pipeline: values.pipeline as string | undefined,
    includeBacklog: values["include-backlog"] === true,
  };
};

const runOptions = (values: OptionValues, mistakes: string[]): RunOptions => {
  if (values.resume === true && values.fresh === true) mistakes.push("--resume and --fresh contradict each other");
  return {
    ...selectionOptions(values, mistakes),
    resume: values.resume === true,
    fresh: values.fresh === true,
    headless: values.headless === true,
    detached: values.detached === true,
    asks: false,
    json: values.json === true,
    until: values.until as string | undefined,
    dryRun: values["dry-run"] === true,
    inbox: values.inbox as RunOptions["inbox"],
    acceptBaseline: values["accept-baseline"] === true,
  };
};
