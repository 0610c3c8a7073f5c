import { expect, test } from "vitest";
import { createAcpTools } from "../../../src/core/agents/acp/acp-tools.ts";
import type { AgentEvent } from "../../../src/core/agents/agent.ts";
import { createClaudeParser } from "../../../src/core/agents/claude/claude-parser.ts";
import { createCodexItems } from "../../../src/core/agents/codex/codex-items.ts";
import { createGeminiTools } from "../../../src/core/agents/gemini/gemini-tools.ts";
import { createOpencodeTools } from "../../../src/core/agents/opencode/opencode-tools.ts";
import { createTurnFeed } from "../../../src/core/engine/performers/turn-feed.ts";
import type { World } from "../../../src/core/engine/performers/world.ts";

/** What each program's parser makes of a call of a tool, of that server. */
const CALLS: Readonly<Record<string, (server: string, tool: string) => readonly AgentEvent[]>> = {
  claude: (server, tool) => {
    const block = { type: "tool_use", id: "1", name: `mcp__${server}__${tool}`, input: { text: "half way" } };
    return createClaudeParser().line(JSON.stringify({ type: "assistant", message: { content: [block] } }));
  },
  codex: (server, tool) => createCodexItems().start({ id: "1", type: "mcp_tool_call", server, tool }) ?? [],
  gemini: (server, tool) => [createGeminiTools().start({ tool_id: "1", tool_name: `mcp_${server}_${tool}` })],
  opencode: (server, tool) =>
    createOpencodeTools().ended({ callID: "1", tool: `${server}_${tool}`, state: { status: "completed" } }),
  "gemini over ACP": (server, tool) => {
    const title = `${tool} (${server} MCP Server)`;
    return createAcpTools("/w").update({ toolCallId: "1", kind: "other", title, status: "in_progress" });
  },
  "claude over ACP": (server, tool) => {
    const _meta = { claudeCode: { toolName: `mcp__${server}__${tool}` } };
    return createAcpTools("/w").update({ toolCallId: "1", kind: "other", title: "x", _meta, status: "in_progress" });
  },
};

const told = (events: readonly AgentEvent[]): readonly string[] => {
  const lines: string[] = [];
  const world = { now: () => 0, mask: (text: string) => text, feed: ({ text }: { text: string }) => lines.push(text) };
  const feed = createTurnFeed(world as unknown as World, "a", "BUILD");
  for (const event of events) feed.say(event);
  return lines;
};

test.each(Object.entries(CALLS))("%s: calls of our own tools say nothing, those of another server do", (_, call) => {
  for (const tool of ["report_progress", "ask", "report_blocker", "read_story", "run_gate"]) {
    expect(call("storyboard", tool).map(({ t }) => t)).toContain("tool-start");
    expect(told(call("storyboard", tool))).toEqual([]);
  }
  expect(told(call("github", "ask"))).toHaveLength(1);
  expect(told(call("storyboard", "other"))).toHaveLength(1);
});

test("a command that is called like a tool of ours is told", () => {
  expect(told([{ t: "tool-start", id: "1", name: "Run", detail: "storyboard ask" }])).toEqual(["Run storyboard ask"]);
});
