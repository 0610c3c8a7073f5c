import type { Action, OfferedTool } from "./conversation.ts";

/** A call of one of the offered tools. */
export interface ToolCall {
  readonly tool: string;
  /** JSON, or plain text where the tool takes that. */
  readonly input: string;
  readonly isText: boolean;
}

/** Finds tools that are offered by their names alone, in Claude Code; its result is none of an action. */
export const TOOL_SEARCH = "ToolSearch";

/**
 * The call that does this with the program's own tools, or the search for the tool where it is offered by its name
 * alone. Throws where no known tool is among them.
 */
export const toolCall = (action: Action, offered: readonly OfferedTool[]): ToolCall => {
  const script = offered.find(({ takesScript }) => takesScript);
  if (script !== undefined) return { tool: script.name, input: scriptOf(action), isText: true };
  if (action.do === "use") return serverCall(action, offered);
  const named = NAMES[action.do].flatMap((name) => offered.find((tool) => tool.name === name) ?? [])[0];
  if (named !== undefined)
    return { tool: named.name, input: JSON.stringify(argumentsOf(action, named.name)), isText: false };
  const patching = offered.find(({ name }) => name === "apply_patch");
  if (patching !== undefined && (action.do === "write" || action.do === "replace")) {
    const patch = patchOf(action);
    return patching.takesText
      ? { tool: patching.name, input: patch, isText: true }
      : { tool: patching.name, input: JSON.stringify({ input: patch }), isText: false };
  }
  if (action.do === "read") return toolCall(catOf(action.path), offered);
  throw new Error(`no tool to ${action.do} with among ${offered.map(({ name }) => name).join(", ")}`);
};

type Use = Extract<Action, { do: "use" }>;
type OwnAction = Exclude<Action, Use>;

const serverCall = ({ server, tool, input }: Use, offered: readonly OfferedTool[]): ToolCall => {
  const names = [`mcp__${server}__${tool}`, `mcp_${server}_${tool}`, `${server}_${tool}`];
  const found = offered.find(({ name }) => names.includes(name));
  if (found !== undefined) return { tool: found.name, input: JSON.stringify(input), isText: false };
  if (offered.some(({ name }) => name === TOOL_SEARCH)) {
    return { tool: TOOL_SEARCH, input: JSON.stringify({ query: `select:${names[0]}`, max_results: 1 }), isText: false };
  }
  throw new Error(`no ${tool} of ${server} among ${offered.map(({ name }) => name).join(", ")}`);
};

/** What the programs call their tools. */
const NAMES: Readonly<Record<OwnAction["do"], readonly string[]>> = {
  run: ["Bash", "bash", "run_shell_command", "exec_command", "shell_command", "shell"],
  write: ["Write", "write", "write_file"],
  read: ["Read", "read", "read_file"],
  replace: ["Edit", "edit", "replace"],
};

const argumentsOf = (action: OwnAction, tool: string): Readonly<Record<string, unknown>> => {
  // Those with small letters alone are written in one word inside, too.
  const camel = tool === "write" || tool === "read" || tool === "edit";
  switch (action.do) {
    case "run":
      if (tool === "exec_command") return { cmd: action.command, yield_time_ms: 10_000 };
      if (tool === "shell") return { command: ["bash", "-lc", action.command] };
      return { command: action.command, description: "Run a command" };
    case "write":
      return { [camel ? "filePath" : "file_path"]: action.path, content: action.text };
    case "read":
      return { [camel ? "filePath" : "file_path"]: action.path };
    case "replace":
      return camel
        ? { filePath: action.path, oldString: action.from, newString: action.to }
        : {
            file_path: action.path,
            old_string: action.from,
            new_string: action.to,
            ...(tool === "replace" ? { instruction: "Replace the text." } : {}),
          };
  }
};

const scriptOf = (action: Action): string => {
  switch (action.do) {
    case "run":
      return `text(await tools.exec_command({ cmd: ${JSON.stringify(action.command)}, yield_time_ms: 10000 }));`;
    case "read":
      return scriptOf(catOf(action.path));
    case "use":
      return `text(await tools.mcp__${action.server}__${action.tool}(${JSON.stringify(action.input)}));`;
    case "write":
    case "replace":
      return `text(await tools.apply_patch(${JSON.stringify(patchOf(action))}));`;
  }
};

const catOf = (path: string): Action => ({ do: "run", command: `cat '${path}'` });

/** In the form of Codex: a new file, or one line of a file for another. */
const patchOf = (action: Extract<Action, { do: "write" | "replace" }>): string => {
  const marked = (mark: string, text: string): string =>
    text
      .replace(/\n$/, "")
      .split("\n")
      .map((line) => `${mark}${line}`)
      .join("\n");
  const change =
    action.do === "write"
      ? `*** Add File: ${action.path}\n${marked("+", action.text)}`
      : `*** Update File: ${action.path}\n@@\n${marked("-", action.from)}\n${marked("+", action.to)}`;
  return `*** Begin Patch\n${change}\n*** End Patch\n`;
};
