import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AgentExit } from "../../../src/core/agents/agent.ts";
import { createClaudeParser } from "../../../src/core/agents/claude/claude-parser.ts";
import { readBuildClaim } from "../../../src/core/agents/reading/closing-block.ts";
import { expectTheSameOfAnyBytes, replayLines } from "../../support/recordings.ts";

const SESSION = "0badcafe-1111-4222-8333-444455556666";

const init = { type: "system", subtype: "init", session_id: SESSION, cwd: "/tree", model: "m" };
const say = (text: string, more: object = {}) => ({
  type: "assistant",
  session_id: SESSION,
  parent_tool_use_id: null,
  message: { id: `m-${text}`, content: [{ type: "text", text }], usage: { input_tokens: 10, output_tokens: 1 } },
  ...more,
});
const tool = (id: string, input: object, name = "Bash") => ({
  type: "assistant",
  session_id: SESSION,
  message: { id: `m-${id}`, content: [{ type: "tool_use", id, name, input }] },
});
const toolResult = (id: string, isError = false) => ({
  type: "user",
  session_id: SESSION,
  message: { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: "x", is_error: isError }] },
});
const result = (text: string | undefined, more: object = {}) => ({
  is_error: false,
  subtype: "success",
  terminal_reason: "completed",
  result: text,
  session_id: SESSION,
  usage: { input_tokens: 10, cache_creation_input_tokens: 5, cache_read_input_tokens: 7, output_tokens: 3 },
  total_cost_usd: 0.5,
  permission_denials: [],
  type: "result",
  ...more,
});
const apiError = (text: string, more: object = {}, error: object = {}) => [
  say(text, { is_api_error_message: true, timestamp: "2026-03-04T10:00:00.000Z", ...error }),
  result(text, { is_error: true, terminal_reason: "api_error", ...more }),
];

const replay = (lines: readonly (object | string)[], exit?: AgentExit) =>
  replayLines(createClaudeParser(), lines, exit);

describe("how a turn ended", () => {
  test.each([
    ["a good end", result("All done."), { kind: "finished" }],
    ["a halt", result("I looked.\nHALT: no database"), { kind: "halted", reason: "no database" }],
    ["a question", result("QUESTION: A or B?"), { kind: "question", question: "A or B?" }],
    ["work that was there already", result("ALREADY_DONE"), { kind: "already-done" }],
    ["HALT within a sentence", result("The word HALT: is in the prompt"), { kind: "finished" }],
  ])("%s", (_, line, end) => expect(replay([init, line]).end).toEqual(end));

  test("only the final text halts: not a text before, a tool's output or a sub-agent", () => {
    const { end, finalText } = replay([
      init,
      say("HALT: this is what I would say"),
      tool("t1", { command: "cat notes" }),
      { ...toolResult("t1"), message: { content: [{ type: "tool_result", tool_use_id: "t1", content: "HALT: x" }] } },
      say("HALT: the helper stops", { parent_tool_use_id: "t2" }),
      say("Fine."),
      result("Fine."),
    ]);
    expect(end).toEqual({ kind: "finished" });
    expect(finalText).toBe("Fine.");
  });

  test.each([
    ["no result at all, exit status 0", [init, say("Done.")], { status: 0 }, "other"],
    ["a result, then another exit status", [init, result("Done.")], { status: 1 }, "exit"],
    ["a result, then a signal", [init, result("Done.")], { status: null, signal: "SIGKILL" }, "exit"],
    ["a result without is_error", [result("Done.", { is_error: undefined })], { status: 0 }, "other"],
    ["nothing, and TERM from somebody", [init], { status: 143 }, "cancelled"],
    ["nothing, and INT from somebody", [init], { status: null, signal: "SIGINT" }, "cancelled"],
    ["nothing, and KILL from somebody", [init], { status: null, signal: "SIGKILL" }, "other"],
    ["an unknown option", [], { status: 1, stderr: "error: unknown option '--what'" }, "config"],
    ["an id in use", [], { status: 1, stderr: `Error: Session ID ${SESSION} is already in use.` }, "session-lost"],
    ["a full disk", [], { status: 1, stderr: "ENOSPC: no space left on device, write" }, "disk-full"],
    ["a wrapper that says why on stdout", ["Please run /login first"], { status: 1 }, "auth"],
  ])("%s is a failure", (_, lines, exit, cause) =>
    expect(replay(lines, exit).end).toMatchObject({ kind: "failed", cause }),
  );

  test.each([
    ["401", { api_error_status: 401 }, "auth"],
    ["402", { api_error_status: 402 }, "billing"],
    ["403", { api_error_status: 403 }, "auth"],
    ["404", { api_error_status: 404 }, "config"],
    ["413", { api_error_status: 413 }, "context"],
    ["429", { api_error_status: 429 }, "rate-limit"],
    ["500", { api_error_status: 500 }, "overloaded"],
    ["529", { api_error_status: 529 }, "overloaded"],
    ["400", { api_error_status: 400 }, "other"],
    ["no status", {}, "network"],
    ["too many turns", { subtype: "error_max_turns", terminal_reason: "max_turns" }, "turn-limit"],
    ["no budget left", { subtype: "error_max_budget_usd", terminal_reason: "budget_exhausted" }, "budget"],
    ["too long a prompt", { terminal_reason: "prompt_too_long", api_error_status: 400 }, "context"],
    ["an interrupt", { subtype: "error_during_execution", terminal_reason: "aborted_tools" }, "cancelled"],
  ])("an error with %s", (_, more, cause) =>
    expect(replay(apiError("It went wrong", more), { status: 1 }).end).toMatchObject({ kind: "failed", cause }),
  );

  test.each([
    ["Not logged in · Please run /login", "auth"],
    ["Credit balance is too low", "billing"],
    ["You've hit your limit · resets 1:30am (Asia/Dhaka)", "rate-limit"],
    ["You're out of extra usage · resets 5pm (America/Los_Angeles)", "rate-limit"],
    ["API Error: Connection dropped (ECONNRESET).", "network"],
    ["There's an issue with the selected model (x).", "config"],
  ])("an error that says %s", (text, cause) =>
    expect(replay(apiError(text, { api_error_status: 400 }), { status: 1 }).end).toMatchObject({ cause }),
  );

  test("what an error calls itself counts where its words are not known", () => {
    const lines = apiError("Versuchen Sie es später", {}, { error: "rate_limit" });
    expect(replay(lines, { status: 1 }).end).toMatchObject({ cause: "rate-limit" });
  });

  test("a lost session is a failure whose id is not handed on", () => {
    const errors = [`No conversation found with session ID: ${SESSION}`];
    const lost = result(undefined, { subtype: "error_during_execution", is_error: true, errors });
    const turn = replay([lost], { status: 1 });
    expect(turn.end).toMatchObject({ kind: "failed", cause: "session-lost" });
    expect(turn.session).toBeUndefined();
  });
});

describe("when a usage limit ends", () => {
  const untilOf = (text: string, before: readonly object[] = []) => {
    const { end } = replay([...before, ...apiError(text, { api_error_status: 429 })], { status: 1 });
    return end.kind === "failed" && end.untilMs !== undefined ? new Date(end.untilMs).toISOString() : undefined;
  };
  const limit = (status: string, resetsAt: number) => ({
    type: "rate_limit_event",
    rate_limit_info: { status, resetsAt },
  });

  test.each([
    ["Claude AI usage limit reached|1772620200", "2026-03-04T10:30:00.000Z"],
    ["You've hit your limit · resets 1:30pm (Europe/Berlin)", "2026-03-04T12:30:00.000Z"],
    ["You've hit your limit · resets 9am (UTC)", "2026-03-05T09:00:00.000Z"],
    ["You've hit your limit · resets 12am (UTC)", "2026-03-05T00:00:00.000Z"],
    ["Your limit will reset at 9am (America/Chicago).", "2026-03-04T15:00:00.000Z"],
    ["You've hit your weekly limit · resets Mar 7, 3pm (UTC)", "2026-03-07T15:00:00.000Z"],
    ["You've hit your weekly limit · resets Jan 2, 3pm (UTC)", "2027-01-02T15:00:00.000Z"],
    ["You've hit your limit · resets 3pm (Nowhere/Land)", undefined],
    ["Too many requests", undefined],
  ])("%s", (text, until) => expect(untilOf(text)).toBe(until));

  test("the event that refuses requests outweighs the words, one that warns says nothing", () => {
    const words = "You've hit your limit · resets 9am (UTC)";
    expect(untilOf(words, [limit("rejected", 1_772_620_200)])).toBe("2026-03-04T10:30:00.000Z");
    expect(untilOf(words, [limit("allowed_warning", 1_772_620_200)])).toBe("2026-03-05T09:00:00.000Z");
  });
});

describe("what is told meanwhile", () => {
  test("texts, tools with what they do, the session, usage and the end, in their order", () => {
    const { events } = replay([
      init,
      say("I write."),
      tool("t1", { file_path: "/tree/src/a.ts", content: "…" }, "Write"),
      toolResult("t1"),
      tool("t2", { command: "npm test\nnpm run lint", description: "d" }),
      toolResult("t2", true),
      result("Done."),
    ]);
    expect(events).toEqual([
      { t: "session", id: SESSION },
      { t: "text", text: "I write." },
      { t: "tool-start", id: "t1", name: "Write", detail: "src/a.ts" },
      { t: "tool-end", id: "t1", ok: true },
      { t: "tool-start", id: "t2", name: "Bash", detail: "npm test npm run lint" },
      { t: "tool-end", id: "t2", ok: false },
      { t: "usage", usage: { inputTokens: 15, outputTokens: 3, cachedTokens: 7, usd: 0.5 } },
      { t: "finished", text: "Done." },
    ]);
  });

  test("a denial is told when it happens, once, and noted for the card", () => {
    const denial = { tool_name: "Bash", tool_use_id: "t1", tool_input: { command: "npm publish" } };
    const { events, notes, end } = replay([
      init,
      tool("t1", { command: "npm publish" }),
      { type: "system", subtype: "permission_denied", tool_name: "Bash", tool_use_id: "t1", message: "no" },
      toolResult("t1", true),
      result("Done.", { permission_denials: [denial] }),
    ]);
    expect(events.filter(({ t }) => t === "denied")).toEqual([{ t: "denied", name: "Bash", detail: "npm publish" }]);
    expect(notes).toEqual(["the agent was not allowed: Bash npm publish"]);
    expect(end).toEqual({ kind: "finished" });
  });

  test("the closing block is found, whether the result repeats the last text or not", () => {
    const block = '```json\n{"files":[],"tests_added":2}\n```';
    for (const text of [block, "Done.", ""]) {
      const { closingText } = replay([init, say(`Ready.\n\n${block}`), result(text)]);
      expect(readBuildClaim(closingText)).toMatchObject({ testsAdded: 2 });
    }
  });

  test("what only the result says is heard, what it repeats is heard once, and a sub-agent is not heard", () => {
    const helper = say("I am the helper", { parent_tool_use_id: "t1" });
    const told = replay([init, helper, say("Working."), result("All is well.")]);
    expect(told.lastLines).toEqual(["Working.", "All is well."]);
    expect(told.closingText).toBe("Working.\nAll is well.");
    expect(told.events).toContainEqual({ t: "text", text: "I am the helper" });
    expect(replay([init, say("All is well."), result("All is well.")]).lastLines).toEqual(["All is well."]);
  });

  test("lines that only show life say nothing; a retry and another model are told", () => {
    const silent = ["status", "thinking_tokens", "task_started", "task_progress", "hook_started", "compact_boundary"];
    const lines = [
      ...silent.map((subtype) => ({ type: "system", subtype })),
      ...["stream_event", "control_request", "keep_alive"].map((type) => ({ type })),
      { type: "system", subtype: "api_retry", attempt: 2, max_retries: 10, error_status: 529, error: "overloaded" },
      { type: "system", subtype: "model_fallback", original_model: "a", fallback_model: "b" },
    ];
    expect(replay(lines).events).toEqual([
      { t: "notice", text: "Claude does not answer (overloaded 529), try 2 of 10" },
      { t: "notice", text: "Claude Code went over from a to b" },
    ]);
  });

  test("terminal control never gets through", () => {
    const { events, finalText } = replay([
      init,
      say("\u001b[31mred\u0007"),
      tool("t\u001b[2J", { command: "\u001b]0;t\u0007ls" }),
      result("\u001b[1mdone"),
    ]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is what this is for
    expect(JSON.stringify(events) + finalText).not.toMatch(/\\u001b|\\u0007|[\u0007\u001b]/);
  });

  test("a session id that is none is not taken: it would become an argument", () => {
    for (const id of ["--dangerously-skip-permissions", "../../x", "", 7, null]) {
      expect(replay([{ ...init, session_id: id }]).session).toBeUndefined();
    }
  });
});

describe("counting", () => {
  const models = (inputTokens: number, costUSD: number) => ({
    m: { inputTokens, outputTokens: 1, cacheReadInputTokens: 2, cacheCreationInputTokens: 3, costUSD },
    n: { inputTokens: 100, outputTokens: 1, cacheReadInputTokens: 0, cacheCreationInputTokens: 0, costUSD: 1 },
  });

  test("what the models used since the last result counts: sub-agents in, earlier turns of the session out", () => {
    const line = result("Done.", { total_cost_usd: 9, model_usage_since_last_result: models(10, 0.25) });
    expect(replay([init, line]).usage).toEqual({ inputTokens: 113, outputTokens: 2, cachedTokens: 2, usd: 1.25 });
  });

  test("without that, the cost is the difference between the results of one process", () => {
    const { usage } = replay([init, result("One."), result("Two.", { total_cost_usd: 0.75 })]);
    expect(usage).toEqual({ inputTokens: 30, outputTokens: 6, cachedTokens: 14, usd: 0.75 });
  });

  test("a turn that was cut off tells its input once per request; its output and cost are unknown, not zero", () => {
    const block = say("one");
    expect(replay([init, block, block, say("two")], { status: null }).usage).toEqual({
      inputTokens: 20,
      outputTokens: null,
      cachedTokens: null,
      usd: null,
    });
  });
});

describe("lines that nobody expects", () => {
  test.each([
    "plain words",
    "{",
    '{"type":"assistant","mess',
    "[1]",
    "null",
    "{}",
    '{"type":"brand_new","x":1}',
    '{"type":"system","subtype":"brand_new"}',
    "\uFFFD\uFFFD{",
  ])("%s is unknown and changes nothing", (line) => {
    const { events, end } = replay([init, line, result("Done.")]);
    expect(events.filter(({ t }) => t === "unknown")).toHaveLength(1);
    expect(end).toEqual({ kind: "finished" });
  });

  test("a line of several megabytes is read, and what is kept of it is bounded", () => {
    const text = `${"x".repeat(6_000_000)}\nHALT: too much`;
    const { end, closingText, lastLines } = replay([init, say(text), result(text)]);
    expect(end).toEqual({ kind: "halted", reason: "too much" });
    expect(closingText.length).toBeLessThan(2_200_000);
    expect(lastLines.join("").length).toBeLessThan(41_000);
  });

  test("any bytes cut anywhere never throw, and the same bytes mean the same", () => {
    const good = [init, say("é \u{1f600}"), tool("t", { command: "ls" }), toolResult("t"), result("Done.")];
    expectTheSameOfAnyBytes(createClaudeParser, good);
  });

  test("values of any other kind in known places never throw", () => {
    const keys = ["type", "subtype", "message", "content", "usage", "result", "permission_denials", "session_id"];
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom("assistant", "user", "result", "system", "permission_denied"),
    );
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.constantFrom(...keys), value)), (lines) => {
        expect(replay(lines).end.kind).toBeTypeOf("string");
      }),
      { numRuns: 300 },
    );
  });
});

describe("messages", () => {
  const goesOn = { t: "notice", text: "Claude Code goes on with a message" };

  test("the result of the last one counts, and what was used adds up", () => {
    const used = (costUSD: number) => ({ model_usage_since_last_result: { m: { inputTokens: 5, costUSD } } });
    const turn = replay([
      ...[init, say("Working."), result("HALT: no", used(0.25))],
      ...[init, say("On."), result("Done.", used(0.5))],
    ]);
    expect(turn).toMatchObject({
      end: { kind: "finished" },
      finalText: "Done.",
      usage: { usd: 0.75, inputTokens: 10 },
    });
    expect(turn.events.filter(({ t }) => t === "notice")).toEqual([goesOn]);
  });

  test("one without a result of its own leaves the turn without one", () => {
    const turn = replay([init, result("Done."), init, say("On it.")]);
    expect(turn.end).toMatchObject({ kind: "failed", cause: "other" });
    expect(turn.finalText).toBe("On it.");
  });

  test("one in the middle of an answer is part of it", () => {
    const message = {
      type: "user",
      session_id: SESSION,
      message: { role: "user", content: [{ type: "text", text: "x" }] },
    };
    const turn = replay([init, say("Working."), message, say("I have it."), result("Done.")]);
    expect(turn).toMatchObject({ end: { kind: "finished" }, finalText: "Done." });
  });

  test("an answer that was behind when a message waits is no end yet", () => {
    const turn = replay([init, result("First.", { queued_turn_count: 1 }), init, result("Second.")]);
    expect(turn.events.filter(({ t }) => t === "finished")).toEqual([{ t: "finished", text: "Second." }]);
  });
});

test("a status of a shell that found no program is one that is missing", () => {
  expect(replay([], { status: 127, stderr: "storyboard: the program claude was not found" }).end).toMatchObject({
    ...{ kind: "failed", cause: "missing-program" },
  });
});
