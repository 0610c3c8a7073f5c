import { expect, test } from "vitest";
import type { Action } from "./conversation.ts";
import { toolCall } from "./tool-calls.ts";

const ASK: Action = { do: "use", server: "board", tool: "ask", input: { question: "why?" } };
const INPUT = '{"question":"why?"}';

test.each(["mcp__board__ask", "mcp_board_ask", "board_ask"])(
  "a server's tool is called as the program calls it: %s",
  (name) => {
    expect(toolCall(ASK, [{ name: "Bash" }, { name: "board_asks" }, { name }])).toEqual({
      tool: name,
      input: INPUT,
      isText: false,
    });
  },
);

test("one that a script calls is called by the script", () => {
  expect(toolCall(ASK, [{ name: "exec", takesScript: true }])).toEqual({
    tool: "exec",
    input: `text(await tools.mcp__board__ask(${INPUT}));`,
    isText: true,
  });
});

test("one that is offered by its name alone is searched for, one that is not offered is an error", () => {
  expect(toolCall(ASK, [{ name: "Bash" }, { name: "ToolSearch" }])).toMatchObject({
    tool: "ToolSearch",
    input: expect.stringContaining("select:mcp__board__ask"),
  });
  expect(() => toolCall(ASK, [{ name: "Bash" }])).toThrow("no ask of board among Bash");
});
