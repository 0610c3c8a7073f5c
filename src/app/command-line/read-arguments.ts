import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { OPTIONS, type OptionDescription, type OptionName } from "./commands.ts";

/** An option as it was given: its name without dashes, how it was written, and its value where it had one. */
export interface GivenOption {
  readonly name: string;
  readonly written: string;
  readonly value: string | undefined;
  /** Whether the value stood behind `=`, so that it may begin with a dash. */
  readonly isInline: boolean;
}

/** The words of a command line, not yet judged. */
export interface GivenArguments {
  readonly options: readonly GivenOption[];
  readonly positionals: readonly string[];
}

/** Takes a command line apart; options may stand anywhere, everything behind `--` is a positional. */
export const readArguments = (argv: readonly string[]): GivenArguments => {
  const { tokens } = parseArgs({
    args: [...argv],
    options: PARSE_OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const options: GivenOption[] = [];
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind === "option") {
      options.push({
        name: token.name,
        written: token.rawName,
        value: token.value,
        isInline: token.inlineValue === true,
      });
    }
  }
  return { options, positionals };
};

/** The description of an option, or undefined where there is none of that name. */
export const optionNamed = (name: string): OptionDescription | undefined =>
  Object.hasOwn(OPTIONS, name) ? OPTIONS[name as OptionName] : undefined;

const PARSE_OPTIONS: ParseArgsOptionsConfig = Object.fromEntries(
  Object.entries<OptionDescription>(OPTIONS).map(([name, { short, value }]) => [
    name,
    { type: value.kind === "flag" ? "boolean" : "string", ...(short === undefined ? {} : { short }) },
  ]),
);
