import type { CommandContext, Movement } from "./command-context.ts";
import { INBOX_COMMANDS } from "./inbox-commands.ts";
import { LOOK_COMMANDS } from "./look-commands.ts";
import { RUN_COMMANDS } from "./run-commands.ts";

/** Something that a key can do. */
export interface ScreenCommand {
  /** For help and README: what it does. */
  readonly does: string;
  /** For the footer, in a word or two; it may depend on what is so now. */
  readonly hint: string | ((context: CommandContext) => string);
  /** Why it does not apply now, for a person; undefined when it does. */
  readonly problem?: (context: CommandContext) => string | undefined;
  readonly act: (context: CommandContext) => void;
}

const movement = (does: string, hint: string, where: Movement): ScreenCommand => ({
  does,
  hint,
  act: ({ actions }) => actions.move(where),
});

/** Everything that keys can do, by name. */
export const SCREEN_COMMANDS = {
  ...RUN_COMMANDS,
  ...INBOX_COMMANDS,
  ...LOOK_COMMANDS,
  next: movement("the next story, or a line on", "down", "next"),
  previous: movement("the story before, or a line back", "up", "previous"),
  first: movement("to the first story or line", "first", "first"),
  last: movement("to the last story or line; the feed follows again", "last", "last"),
  "page-down": movement("a page on", "page", "page-down"),
  "page-up": movement("a page back", "page", "page-up"),
} as const satisfies Record<string, ScreenCommand>;

/** The name of a command. */
export type ScreenCommandName = keyof typeof SCREEN_COMMANDS;
