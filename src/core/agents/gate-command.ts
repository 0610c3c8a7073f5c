/**
 * The shell line by which an agent asks storyboard for a gate. With the program's own path and not the variable that
 * holds it: a rule of Claude Code allows no command that expands a variable which it does not know (2.1.112).
 */
export const gateCommand = (program: string, name: string): string => `${quoted(program)} gate ${quoted(name)}`;

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** The word for all gates that apply. */
export const ALL_GATES = "full";

/** Every such line that an agent may run. */
export const gateCommandsOf = (program: string, names: readonly string[]): readonly string[] =>
  names.length === 0 ? [] : [...names, ALL_GATES].map((name) => gateCommand(program, name));
