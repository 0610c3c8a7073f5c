/**
 * The commands that a shell line is made of, for programs that allow commands one by one. Each with and without the
 * assignments in front, redirections behind and a group around it, because agents leave them out.
 */
export const commandsOf = (line: string): string[] => {
  const commands = simpleCommands(line).flatMap((command) => {
    const inner = withoutGroup(command);
    const bare = inner.replace(/^(?:\w+=\S*\s+)+/, "");
    return [command, inner, bare, bare.replace(REDIRECTIONS, "")];
  });
  return [...new Set(commands)].filter((command) => command !== "" && !ASSIGNMENTS.test(command));
};

const REDIRECTIONS = /(?:\s*(?:\d?>&[\d-]|[\d&]?>{1,2}\s*[^\s'"<>&|]+))+$/;
/** Nothing but assignments: as the beginning of a command it would allow any. */
const ASSIGNMENTS = /^(?:\w+=\S*\s*)+$/;

const GROUPS = [
  ["(", ")"],
  ["{", "}"],
] as const;

/** A command without the parentheses or braces of a group that only it begins or ends. */
const withoutGroup = (command: string): string => {
  let bare = command.replace(/^[({!\s]+/, "");
  for (const [opening, closing] of GROUPS) {
    while (bare.endsWith(closing) && bare.split(closing).length > bare.split(opening).length) {
      bare = bare.slice(0, -1).trimEnd();
    }
  }
  return bare;
};

/** Splits at `&&`, `||`, `;`, `|`, `&` and line feeds that stand outside of quotes. */
const simpleCommands = (line: string): string[] => {
  const words =
    line.match(/\\.|'[^']*'|"(?:[^"\\]|\\.)*"|(?<=[<>])&[\d-]|&>{1,2}|[&|;\n]+|[^\\'"&|;\n]+|['"\\]/gs) ?? [];
  const commands = [""];
  for (const word of words) {
    if (/^[&|;\n]+$/.test(word)) commands.push("");
    else commands[commands.length - 1] += word;
  }
  return commands.map((command) => command.trim()).filter((command) => command !== "");
};
