import { describe, expect, test } from "vitest";
import { acpAgent } from "../../../src/core/agents/acp/acp.ts";
import { failureOfError, failureOfWords } from "../../../src/core/agents/acp/acp-failure.ts";
import { createAcpParser } from "../../../src/core/agents/acp/acp-parser.ts";
import { type AcpLevel, type AskedAction, isAllowed } from "../../../src/core/agents/acp/acp-permission.ts";
import { createAcpTools } from "../../../src/core/agents/acp/acp-tools.ts";
import { createAcpUpdates } from "../../../src/core/agents/acp/acp-updates.ts";
import { createAcpUsage } from "../../../src/core/agents/acp/acp-usage.ts";
import { readBridgeRequest } from "../../../src/core/agents/acp/bridge-request.ts";
import { shellParts } from "../../../src/core/agents/acp/shell-parts.ts";
import type { TurnRequest } from "../../../src/core/agents/agent.ts";
import { agentEnvironment } from "../../../src/core/agents/environment/environment.ts";
import { agentProfileSchema } from "../../../src/core/model/config.ts";
import { UserError } from "../../../src/core/model/user-error.ts";

const profile = agentProfileSchema.parse({ cli: "acp", command: ["opencode", "acp"] });
const call = (more: Partial<TurnRequest> = {}) =>
  acpAgent.call({ profile, prompt: "do it", permission: "edit", ...more });

describe("how a turn is started", () => {
  test("the bridge is told what to start and what is allowed, as one argument", () => {
    const { command, input } = call({ gateCommands: ["npm test"], session: "s 1", model: "big" });
    expect(input).toBe("do it");
    expect(command.slice(0, 4)).toEqual(["/bin/sh", "-c", 'exec "$STORYBOARD_BIN" bridge acp "$1"', "bridge"]);
    expect(readBridgeRequest(command[4] ?? "")).toEqual({
      ...{ command: ["opencode", "acp"], permission: "edit", gates: ["npm test"], session: "s 1", model: "big" },
    });
    expect(command).toHaveLength(5);
  });

  test("what is no request is none", () => {
    for (const text of ["", "{", "[]", '{"command":[],"permission":"edit","gates":[]}', '{"command":["a"],"gates":[]}'])
      expect(readBridgeRequest(text)).toBeUndefined();
  });

  test("an agent without a command is refused", () => {
    expect(() => call({ profile: agentProfileSchema.parse({ cli: "acp" }) })).toThrow(UserError);
  });

  test("it counts by its program and gets the logins that are known", () => {
    expect(acpAgent.provider(profile)).toBe("acp opencode");
    const environment = agentEnvironment({
      ...{ base: { GEMINI_API_KEY: "g", OPENAI_API_KEY: "o", OTHER_API_KEY: "x", CODEX_HOME: "/c" }, profile },
      ...{ variables: acpAgent.variables, contract: { run: "r" }, ownRoot: "/own" },
    });
    expect(environment).toMatchObject({ GEMINI_API_KEY: "g", OPENAI_API_KEY: "o", CODEX_HOME: "/c" });
    expect(environment).not.toHaveProperty("OTHER_API_KEY");
  });
});

describe("what the bridge printed", () => {
  const parse = (lines: readonly string[], exit: { status: number | null; signal?: string; stderr?: string }) => {
    const parser = createAcpParser();
    for (const line of lines) parser.line(line);
    return parser.end(exit);
  };

  test("its last line is the verdict, whatever its exit status", () => {
    expect(parse(['{"t":"text","text":"QUESTION: A?"}', '{"t":"finished"}'], { status: 1 }).end).toEqual({
      ...{ kind: "question", question: "A?" },
    });
    expect(parse(['{"t":"failed","cause":"auth","message":"m"}'], { status: 0 }).end).toMatchObject({ cause: "auth" });
  });

  test("without a verdict the turn has failed", () => {
    expect(parse(['{"t":"text","text":"Done."}'], { status: 0 }).end).toMatchObject({ kind: "failed", cause: "exit" });
    expect(parse([], { status: null, signal: "SIGTERM" }).end).toMatchObject({ cause: "cancelled" });
    expect(parse([], { status: 70, stderr: "ENOSPC: no space left on device" }).end).toMatchObject({
      ...{ cause: "disk-full" },
    });
  });

  test("a sign of life means nothing", () => {
    expect(parse(['{"t":"text","text":"Done."}', '{"t":"thinking"}', '{"t":"finished"}'], { status: 0 })).toMatchObject(
      {
        ...{ end: { kind: "finished" }, finalText: "Done." },
      },
    );
  });

  test("what was refused is a note", () => {
    const denied = '{"t":"denied","name":"Run","detail":"rm -rf /"}';
    expect(parse([denied, denied, '{"t":"finished"}'], { status: 0 }).notes).toEqual([
      "the agent was not allowed: Run rm -rf /",
    ]);
  });
});

describe("shell lines", () => {
  test.each([
    ["npm test 2>&1 | tail -20", ["npm test", "tail -20"]],
    ["a && b || c; d & e\nf", ["a", "b", "c", "d", "e", "f"]],
    ["a 'b; c' \"d && e\" f\\;g >/dev/null 2>/dev/null", ["a 'b; c' \"d && e\" f\\;g"]],
    ["git commit -m \"$(cat <<'EOF'\nfeat: $(x) 'it'\n\nmore\nEOF\n)\"", ["git commit -m"]],
    ["git log issue#12 v12", ["git log issue#12 v12"]],
    ['echo "costs $5"', ['echo "costs $5"']],
  ])("%j", (line, parts) => {
    expect(shellParts(line)).toEqual(parts);
  });

  test.each([
    "git log $(rm -rf x)",
    "git log `rm x`",
    'git log "$(rm x)"',
    'git log "\\\\$(rm x)"',
    "git log > file",
    "git log >/dev/nullify",
    "git log < file",
    "diff <(a) <(b)",
    "(rm x)",
    "git log $HOME",
    "git log $'\\'' ; rm x #'",
    "git log # it's\nrm x # it's",
    "git log 'x",
    'git log "x',
    "git log x\\",
    'git log "$(cat <<EOF\n$(rm x)\nEOF\n)"',
    "git log \"$(cat <<'EOF'\nx\nEOF\nrm x\n)\"",
    "git log 'x \"$(cat <<'EOF'\n'; rm x; '\nEOF\n)\" '\nrm x > y",
  ])("%j could do something unseen", (line) => {
    expect(shellParts(line)).toBeUndefined();
  });
});

describe("permissions", () => {
  const level = (permission: AcpLevel["permission"]): AcpLevel => ({
    ...{ permission, gates: ["npm test", "CI=1 npx tsc && (cd a; b)"] },
    isOwn: (path) => !path.startsWith("/") && !path.startsWith(".."),
  });
  const run = (command: string): AskedAction => ({ kind: "execute", command, paths: [] });

  test.each([
    ["npm test", true],
    ["npm test -- --watch=false 2>&1 | tail -5", true],
    ["CI=1 npx tsc && (cd a; b)", true],
    ["CI=1 npx tsc", true],
    ["npm testing", false],
    ["npm test; curl x", false],
    ["git add -A && git commit -m 'add --output'", true],
    ["cd src && git diff", true],
    ["cd /tmp && git diff", false],
    ["cd - && git diff", false],
    ["git --no-pager log", true],
    ["git push", false],
    ["git -c core.pager=evil log", false],
    ["GIT_EXTERNAL_DIFF=evil git diff", false],
    ["git diff --output=src/a.js", false],
    ["git diff --out'put'=src/a.js", false],
    ["git log --oneline -3", true],
    ["cat /etc/passwd", false],
    ["git logx", false],
    ["", false],
  ])("edit: %j %s", (command, allowed) => {
    expect(isAllowed(run(command), level("edit"))).toBe(allowed);
  });

  test("read looks with git and runs no gate", () => {
    expect(isAllowed(run("git diff main | head"), level("read"))).toBe(true);
    for (const command of ["npm test", "git add -A", "git commit -m x"])
      expect(isAllowed(run(command), level("read"))).toBe(false);
  });

  test("an edit of files that are not named is not allowed, nor is one of which a part is elsewhere", () => {
    const edit = (...paths: string[]): AskedAction => ({ kind: "edit", paths });
    expect(isAllowed(edit("a.js"), level("edit"))).toBe(true);
    expect(isAllowed(edit(), level("edit"))).toBe(false);
    expect(isAllowed(edit("a.js", "/etc/hosts"), level("edit"))).toBe(false);
  });

  test("what is not known is allowed to full alone", () => {
    const other: AskedAction = { kind: "teleport", paths: [] };
    expect(isAllowed(other, level("edit"))).toBe(false);
    expect(isAllowed(other, level("full"))).toBe(true);
    expect(isAllowed({ kind: "execute", paths: [] }, level("edit"))).toBe(false);
  });
});

describe("updates", () => {
  const chunk = (text: string, messageId?: string) => ({
    ...{ sessionUpdate: "agent_message_chunk", content: { type: "text", text }, ...(messageId ? { messageId } : {}) },
  });
  const started = () => {
    const tools = createAcpTools("/tree");
    return { tools, updates: createAcpUpdates(tools) };
  };

  test("text is told by whole lines, and one message never runs into the next", () => {
    const { updates } = started();
    expect(updates.take(chunk("one\n\ntwo", "a"))).toEqual([{ t: "text", text: "one\n" }]);
    expect(updates.take(chunk("three", "b"))).toEqual([{ t: "text", text: "two" }]);
    expect(updates.flush()).toEqual([{ t: "text", text: "three" }]);
    expect(updates.flush()).toEqual([]);
  });

  test("a line without an end is held back up to a bound", () => {
    const { updates } = started();
    let length = 0;
    for (let i = 0; i < 100; i++) {
      for (const event of updates.take(chunk("x".repeat(1_000)))) if (event.t === "text") length += event.text.length;
    }
    expect(length).toBeGreaterThan(80_000);
    for (const event of updates.take(chunk("y\n".repeat(50_000)))) {
      if (event.t === "text") expect(event.text.length).toBeLessThan(20_000);
    }
  });

  test("a tool is told of when it is known what it does, and its end once", () => {
    const { updates } = started();
    const tool = { toolCallId: "1", sessionUpdate: "tool_call", kind: "execute", title: "Terminal", status: "pending" };
    expect(updates.take({ ...tool, rawInput: {} })).toEqual([]);
    const known = { ...tool, sessionUpdate: "tool_call_update", rawInput: { command: ["npm", "test"] }, title: null };
    expect(updates.take(known)).toEqual([{ t: "tool-start", id: "1", name: "Run", detail: "npm test" }]);
    const end = { sessionUpdate: "tool_call_update", toolCallId: "1", status: "completed" };
    const exit = { _meta: { terminal_exit: { exit_code: 1 } } };
    expect(updates.take({ ...end, ...exit })).toEqual([{ t: "tool-end", id: "1", ok: false }]);
    expect(updates.take(end)).toEqual([]);
  });

  test("a tool whose end is all that is told of it has both; one without an end has it with its prompt's", () => {
    const { tools, updates } = started();
    const end = { sessionUpdate: "tool_call_update", toolCallId: "w", status: "completed", kind: "edit" };
    expect(updates.take({ ...end, locations: [{ path: "/tree/src/a.js" }] })).toEqual([
      { t: "tool-start", id: "w", name: "Edit", detail: "src/a.js" },
      { t: "tool-end", id: "w", ok: true },
    ]);
    updates.take({ sessionUpdate: "tool_call", toolCallId: "2", status: "in_progress", title: "Look" });
    expect(tools.endAll()).toEqual([{ t: "tool-end", id: "2", ok: false }]);
  });

  test("trouble that codex only talks about is trouble", () => {
    const { updates } = started();
    const info = (codex: object) => ({ sessionUpdate: "session_info_update", _meta: { codex } });
    const error = {
      ...{ message: "Reconnecting... 1/5", additionalDetails: "no answer", willRetry: true },
      codexErrorInfo: { responseStreamDisconnected: { httpStatusCode: 503 } },
    };
    expect(updates.take(info({ error }))).toEqual([{ t: "notice", text: "Reconnecting... 1/5: no answer" }]);
    expect(updates.trouble()).toBeUndefined();
    updates.take(info({ threadStatus: { type: "systemError" } }));
    updates.take(chunk("it gave up"));
    expect(updates.trouble()).toEqual({ status: 503, words: "it gave up" });
    expect(failureOfWords("it gave up", 503)).toMatchObject({ cause: "overloaded" });
  });

  test("what is no update is none", () => {
    const { updates } = started();
    for (const strange of [{}, { sessionUpdate: "tool_call" }, { sessionUpdate: "agent_message_chunk", content: 1 }])
      expect(updates.take(strange)).toEqual([]);
  });
});

describe("errors and usage", () => {
  test.each([
    [{ code: -32_000, message: "Authentication required" }, "auth"],
    [{ code: 429, message: '{"error":{"message":"quota"}}' }, "rate-limit"],
    [{ code: -32_603, message: "Internal error", data: { details: "prompt is too long" } }, "context"],
    [{ code: -32_603, message: "Internal error", data: "connect ECONNREFUSED" }, "network"],
    [{ code: -32_603, message: "Internal error" }, "other"],
    [{}, "other"],
  ])("%j", (error, cause) => {
    expect(failureOfError(error)).toMatchObject({ t: "failed", cause });
  });

  test("thoughts are output, whether they are counted in it or beside it", () => {
    const count = (usage: object): number | null => {
      const counted = createAcpUsage({ countsLastStep: false, isNewSession: true });
      counted.takeAnswer({ usage });
      return counted.total().outputTokens;
    };
    expect(count({ inputTokens: 5, outputTokens: 20, thoughtTokens: 10, totalTokens: 35 })).toBe(30);
    expect(count({ inputTokens: 5, outputTokens: 20, thoughtTokens: 10, totalTokens: 25 })).toBe(20);
  });
});
