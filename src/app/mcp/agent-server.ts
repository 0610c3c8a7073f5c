import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { WORDS_LENGTH_MAX } from "../../core/control/request-schema.ts";
import type { AgentDesk, DeskAnswer } from "./agent-desk.ts";

/** Longest that what is asked may be, with its choices, in characters. */
const TEXT_LENGTH_MAX = WORDS_LENGTH_MAX / 2;
const CHOICES_MAX = 20;
const CHOICE_LENGTH_MAX = 400;

const text = z.string().min(1).max(TEXT_LENGTH_MAX);

/** How a tool's progress is kept alive: some clients give up a tool that is silent. */
type Progress = (message: string) => void;

/**
 * The MCP server of one turn. What an agent says by it is for the screen and the inbox; nothing of it is evidence.
 * @param hasGates whether it may ask for gates
 */
export const createAgentServer = (desk: AgentDesk, version: string, hasGates: boolean): McpServer => {
  const server = new McpServer({ name: "storyboard", version }, { instructions: INSTRUCTIONS });
  server.registerTool(
    "report_progress",
    {
      description:
        "Tell the people who watch what you are doing now, in a sentence. It proves nothing and costs nothing.",
      inputSchema: { text, phase: z.string().max(40).optional().describe("such as BUILD or VERIFY") },
      annotations: QUIET,
    },
    async ({ text: said, phase }) => {
      const reply = await desk.say({ kind: "progress", text: said, ...(phase === undefined ? {} : { phase }) });
      return result(reply.ok ? { ok: true, text: "shown" } : { ok: false, text: reply.message });
    },
  );
  server.registerTool(
    "ask",
    {
      description:
        "Ask a person something that you cannot decide. Then end your turn: the answer comes in this same session.",
      inputSchema: {
        question: text,
        choices: z.array(z.string().min(1).max(CHOICE_LENGTH_MAX)).max(CHOICES_MAX).optional(),
      },
      annotations: QUIET,
    },
    async ({ question, choices = [] }) => result(await asked(desk, "question", [question, ...choices.map(listed)])),
  );
  server.registerTool(
    "report_blocker",
    {
      description: "Report something that keeps you from going on and that you cannot remove. Then end your turn.",
      inputSchema: { issue: text, need: text.optional().describe("what would help") },
      annotations: QUIET,
    },
    async ({ issue, need }) =>
      result(await asked(desk, "blocker", [issue, ...(need === undefined ? [] : [`Needed: ${need}`])])),
  );
  server.registerTool(
    "read_story",
    {
      description: "Your own story as it stands in your worktree: its text, acceptance criteria and tasks.",
      inputSchema: {},
      annotations: { readOnlyHint: true },
    },
    async () => result(await desk.story()),
  );
  if (hasGates) registerGate(server, desk);
  return server;
};

const registerGate = (server: McpServer, desk: AgentDesk): void => {
  server.registerTool(
    "run_gate",
    {
      description:
        "Run a quality gate of the project on your worktree as it is now, in turn with other agents. `full` runs all that apply.",
      inputSchema: { name: z.string().min(1).max(200) },
      annotations: QUIET,
    },
    async ({ name }, { signal, sendNotification, _meta }) => {
      const tell = progressTo(_meta?.progressToken, sendNotification);
      return result(
        await desk.gate(name, signal, (progress) =>
          tell(progress.kind === "queued" ? `waits, ${progress.ahead} before it` : (progress.lines.at(-1) ?? "runs")),
        ),
      );
    },
  );
};

const progressTo = (
  token: string | number | undefined,
  send: (notification: {
    method: "notifications/progress";
    params: { progressToken: string | number; progress: number; message: string };
  }) => Promise<void>,
): Progress => {
  let progress = 0;
  return (message) => {
    if (token === undefined) return;
    progress++;
    // Whoever does not listen any more is told by the signal.
    send({ method: "notifications/progress", params: { progressToken: token, progress, message } }).catch(() => {});
  };
};

const INSTRUCTIONS =
  "Storyboard runs your turn. Use these tools to say what you do, to ask a person, and to run gates; how your work is judged does not depend on them.";

/** Changes nothing outside of storyboard's own screen. */
const QUIET = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false } as const;

const listed = (choice: string): string => `- ${choice}`;

const asked = async (desk: AgentDesk, kind: "question" | "blocker", lines: readonly string[]): Promise<DeskAnswer> => {
  const reply = await desk.say({ kind, text: lines.join("\n").slice(0, WORDS_LENGTH_MAX) });
  return reply.ok ? { ok: true, text: END_NOW } : { ok: false, text: reply.message };
};

const END_NOW =
  "It is in the inbox. End your turn now, with no further work: your story waits, and the answer reaches you in this session.";

const result = ({ ok, text: said }: DeskAnswer): CallToolResult => ({
  content: [{ type: "text", text: said }],
  ...(ok ? {} : { isError: true }),
});
