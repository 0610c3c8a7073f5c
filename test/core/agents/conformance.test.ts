import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AgentDescription, TurnRequest } from "../../../src/core/agents/agent.ts";
import { AGENTS } from "../../../src/core/agents/agents.ts";
import { isMarkOfSurroundingAgent } from "../../../src/core/agents/environment/environment-names.ts";
import { ownMcpServer } from "../../../src/core/agents/mcp-server.ts";
import { agentProfileSchema } from "../../../src/core/model/config.ts";
import { NO_USAGE } from "../../../src/core/model/usage.ts";

/** What every adapter is held to: a new one is in `AGENTS`, and so is looked at here. */
const PROGRAMS = AGENTS.filter(({ cli }) => cli !== "command" && cli !== "demo");

const profileOf = ({ cli }: AgentDescription) =>
  agentProfileSchema.parse(cli === "acp" ? { cli, command: ["my-agent", "--acp"] } : { cli });

const requestFor = (agent: AgentDescription, more: Partial<TurnRequest> = {}): TurnRequest => ({
  profile: profileOf(agent),
  prompt: "write the file\nHALT: not this one",
  permission: "edit",
  gateCommands: ["npm test"],
  newSession: "11111111-2222-8333-8444-555555555555",
  turnDirectory: "/turn",
  gitDirectories: ["/main/.git", "/main/.git/worktrees/one"],
  environment: { PATH: "/usr/bin", HOME: "/home/dev" },
  ...more,
});

/** Variables by which an outer agent marks what runs inside of it. */
const MARKS = ["CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CODEX_SANDBOX", "GEMINI_CLI", "OPENCODE", "AI_AGENT", "AGENT"];

const JSON_LINE = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value));
/** Lines that look like a program's own: its field names with values of any kind. */
const LIKELY = fc
  .dictionary(
    fc.constantFrom(
      ...["type", "subtype", "t", "part", "item", "error", "message", "usage", "result", "is_error", "status", "stats"],
      ...["thread_id", "session_id", "sessionID", "role", "content", "text", "tool_name", "reason", "state", "tokens"],
    ),
    fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(
        ...["assistant", "result", "item.completed", "turn.completed", "turn.failed", "thread.started", "step_finish"],
        ...[
          "error",
          "text",
          "tool_use",
          "tool_result",
          "message",
          "init",
          "system",
          "success",
          "stop",
          "failed",
          "usage",
        ],
      ),
    ),
  )
  .map((fields) => JSON.stringify(fields));

describe.each(PROGRAMS.map((agent) => [agent.cli, agent] as const))("%s", (_, agent) => {
  const parser = () => agent.createParser();

  test.each(["read", "edit", "full"] as const)(
    "%s: the prompt is on stdin and in no argument or variable",
    (permission) => {
      const call = agent.call(requestFor(agent, { permission }));
      expect(call.input).toContain("write the file");
      expect([...call.command, ...Object.values(call.env)].join("\n")).not.toContain("write the file");
      expect(call.command[0]).not.toBe("");
      for (const name of Object.keys(call.files ?? {})) expect(name).toMatch(/^[\w.-]+$/);
    },
  );

  test("the levels of permission are three different calls, and the same request is the same call", () => {
    const calls = (["read", "edit", "full"] as const).map((permission) =>
      JSON.stringify(agent.call(requestFor(agent, { permission }))),
    );
    expect(new Set(calls).size).toBe(3);
    expect(JSON.stringify(agent.call(requestFor(agent, { permission: "read" })))).toBe(calls[0]);
  });

  test("gates can be run at edit, and are no part of what only looks", () => {
    const words = (permission: "read" | "edit"): string => {
      const { command, env, files } = agent.call(
        requestFor(agent, { permission, gateCommands: ["make check-everything"] }),
      );
      return JSON.stringify({ command, env, files });
    };
    // The bridge is told the gates and the level, and answers by both.
    if (agent.cli !== "acp") expect(words("read")).not.toContain("check-everything");
    // A sandbox needs no names: there everything inside of it may run.
    if (agent.cli !== "codex") expect(words("edit")).toContain("check-everything");
  });

  test("a server of tools is offered in the program's own configuration, and its tools are allowed at each level", () => {
    const env = { STORYBOARD_RUN: "r", STORYBOARD_STORY: "1-1", STORYBOARD_TURN_DIR: "/turn", SECRET: "s3cret" };
    for (const permission of ["read", "edit", "full"] as const) {
      const mcpServer = ownMcpServer("/opt/storyboard", env, permission !== "read");
      const { command, env: variables, files = {} } = agent.call(requestFor(agent, { permission, mcpServer }));
      const words = JSON.stringify({ command, variables, files });
      expect(words).toContain("/opt/storyboard");
      expect(words).toContain("STORYBOARD_TURN_DIR");
      expect(words).not.toContain("s3cret");
      expect(words.includes("--without-gates")).toBe(permission === "read");
      if (permission === "read") expect(words).not.toContain("run_gate");
      else if (permission === "edit" && agent.cli !== "codex") expect(words).toContain("run_gate");
      const plain = agent.call(requestFor(agent, { permission }));
      expect(JSON.stringify(plain)).not.toContain("/opt/storyboard");
    }
  });

  test("a model is an argument, never an option", () => {
    const words = (model: string): string => {
      const { command, env } = agent.call(requestFor(agent, { model }));
      return JSON.stringify({ command, env });
    };
    expect(() => words("--evil")).toThrow();
    if (agent.cli !== "acp") expect(words("some/model-1")).toContain("some/model-1");
  });

  test("a session is continued by its id; a new turn names none", () => {
    const id = agent.cli === "opencode" ? "ses_0123456789abcdefABCDEFGHIJ" : "aaaaaaaa-2222-4333-8444-555555555555";
    expect(JSON.stringify(agent.call(requestFor(agent, { session: id })))).toContain(id);
    expect(JSON.stringify(agent.call(requestFor(agent)))).not.toContain(id);
    expect(agent.canContinue).toBe(true);
  });

  test("nothing that marks a surrounding agent is among its variables", () => {
    for (const name of MARKS) {
      expect(isMarkOfSurroundingAgent(name), name).toBe(true);
      if (name !== "AGENT") expect(Object.keys(agent.call(requestFor(agent)).env)).not.toContain(name);
    }
  });

  test("a person is told how to get it and how to log in", () => {
    if (agent.cli === "acp") return;
    expect(agent.install).toMatch(/^Install .*\w\)?$/);
    expect(agent.probe?.version.length).toBeGreaterThan(0);
    expect(agent.probe?.remedy).toMatch(/\S[^.]$/);
    expect(agent.attach?.({ profile: profileOf(agent), session: "s-1" }).command.join(" ")).toContain("s-1");
  });

  test("a program that says nothing has failed, whatever its exit status, and has used what nobody knows", () => {
    for (const status of [0, 1, 2, 41, 143]) {
      const { end, usage } = parser().end({ status });
      expect(end.kind, String(status)).toBe("failed");
      expect(usage).toEqual(NO_USAGE);
    }
    expect(parser().end({ status: null, signal: "SIGKILL" }).end.kind).toBe("failed");
  });

  test("HALT in what is not the agent's final text is no halt", () => {
    const reader = parser();
    for (const line of ["HALT: from nowhere", '{"type":"user","message":"HALT: no"}', '"HALT: no"']) reader.line(line);
    expect(reader.end({ status: 0, stderr: "HALT: on stderr" }).end.kind).toBe("failed");
  });

  test("whatever comes, nothing is thrown, nothing acts upon a terminal, and no end comes from noise", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), JSON_LINE, LIKELY), { maxLength: 30 }), (lines) => {
        const reader = parser();
        const events = lines.flatMap((line) => [...reader.line(line)]);
        const turn = reader.end({ status: 0 });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come through
        expect(JSON.stringify([events, turn])).not.toMatch(/[\u001b\u0007\u009b]/);
        expect(turn.lastLines.length).toBeLessThanOrEqual(20);
      }),
      { numRuns: 200 },
    );
  });

  test("lines of several megabytes are taken, and little of them is kept", () => {
    const reader = parser();
    const long = "x".repeat(5 * 2 ** 20);
    for (const line of [long, JSON.stringify({ type: "text", text: long }), `{"type":"${long}`]) reader.line(line);
    const turn = reader.end({ status: 1 });
    expect(JSON.stringify(turn).length).toBeLessThan(2 * 2 ** 20);
  });
});
