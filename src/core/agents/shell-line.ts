/**
 * The commands that a shell line is made of, for programs that allow commands one by one. Each with and without the
 * assignments in front, because agents leave them out.
 */
export const commandsOf = (line: string): string[] =>
  simpleCommands(line).flatMap((command) => {
    const bare = command.replace(/^(?:\w+=\S*\s+)+/, "");
    return bare === command ? [command] : [command, bare];
  });

/** Splits at `&&`, `||`, `;`, `|`, `&` and line feeds that stand outside of quotes. */
const simpleCommands = (line: string): string[] => {
  const words = line.match(/\\.|'[^']*'|"(?:[^"\\]|\\.)*"|[&|;\n]+|[^\\'"&|;\n]+|['"\\]/gs) ?? [];
  const commands = [""];
  for (const word of words) {
    if (/^[&|;\n]+$/.test(word)) commands.push("");
    else commands[commands.length - 1] += word;
  }
  return commands.map((command) => command.trim()).filter((command) => command !== "");
};
