import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AgentExit } from "../../../src/core/agents/agent.ts";
import { createOpencodeParser } from "../../../src/core/agents/opencode/opencode-parser.ts";
import { readBuildClaim } from "../../../src/core/agents/reading/closing-block.ts";
import { expectTheSameOfAnyBytes, replayLines } from "../../support/recordings.ts";

const SESSION = "ses_e07e24e15ffeDeGF2wihOWplW4";
const AT_MS = Date.parse("2026-03-04T10:00:00.000Z");

const line = (type: string, more: object = {}) => ({ type, timestamp: AT_MS, sessionID: SESSION, ...more });
const start = line("step_start", { part: { type: "step-start" } });
const say = (text: string, more: object = {}) => line("text", { part: { type: "text", text, ...more } });
const finish = (reason: string, more: object = {}) =>
  line("step_finish", {
    part: { reason, cost: 0.5, tokens: { input: 10, output: 3, reasoning: 2, cache: { read: 7, write: 5 } }, ...more },
  });
const tool = (id: string, state: object, name = "bash") =>
  line("tool_use", { part: { type: "tool", tool: name, callID: id, state } });
const ran = (command: string, exit = 0) =>
  tool("t1", { status: "completed", input: { command }, title: command, metadata: { exit } });
const refused = (error: string, input: object = { filePath: "/elsewhere/a" }, name = "write") =>
  tool("t1", { status: "error", input, error }, name);
const apiError = (message: string, data: object = {}, name = "APIError") =>
  line("error", { error: { name, data: { message, ...data } } });
const overflow = apiError("prompt is too long", {}, "ContextOverflowError");
const shortened = say("Continue if you have next steps", {
  id: "prt_1",
  synthetic: true,
  metadata: { compaction_continue: true },
});

const REJECTED = "The user rejected permission to use this specific tool call.";
const FORBIDDEN = "The user has specified a rule which prevents you from using this specific tool call. Here are ...";

const replay = (lines: readonly (object | string)[], exit?: AgentExit) =>
  replayLines(createOpencodeParser(), lines, exit);

describe("how a turn ended", () => {
  test.each([
    ["a good end", "All done.", { kind: "finished" }],
    ["a halt", "I looked.\nHALT: no database", { kind: "halted", reason: "no database" }],
    ["a question", "QUESTION: A or B?", { kind: "question", question: "A or B?" }],
    ["work that was there already", "ALREADY_DONE", { kind: "already-done" }],
    ["HALT within a sentence", "The word HALT: is in the prompt", { kind: "finished" }],
  ])("%s", (_, text, end) => expect(replay([start, say(text), finish("stop")]).end).toEqual(end));

  test("only the last step halts: not a step before, a tool's output, or opencode's own words", () => {
    const { end, finalText } = replay([
      start,
      say("HALT: this is what I would say"),
      ran("echo 'HALT: x'"),
      finish("tool-calls"),
      start,
      say("HALT: so opencode says", { synthetic: true }),
      say("Fine."),
      finish("stop"),
    ]);
    expect(end).toEqual({ kind: "finished" });
    expect(finalText).toBe("Fine.");
  });

  test.each([
    ["nothing at all, exit status 0", [], { status: 0 }, "other"],
    ["no end of a step", [start, say("Done.")], { status: 0 }, "other"],
    ["a step that wants to go on", [start, ran("ls"), finish("tool-calls")], { status: 0 }, "other"],
    ["an answer cut off", [start, say("Half"), finish("length")], { status: 0 }, "context"],
    ["an answer held back", [start, finish("content-filter")], { status: 0 }, "other"],
    ["a good end, then another exit status", [start, say("Done."), finish("stop")], { status: 1 }, "exit"],
    ["a good end, then a signal", [start, finish("stop")], { status: null, signal: "SIGKILL" }, "exit"],
    ["a good end, then an error", [start, finish("stop"), apiError("no", { statusCode: 401 })], { status: 0 }, "auth"],
    ["a good end, then another step", [start, finish("stop"), start], { status: 0 }, "other"],
    ["nothing, and TERM from somebody", [start], { status: null, signal: "SIGTERM" }, "cancelled"],
    ["nothing, and KILL from somebody", [start], { status: null, signal: "SIGKILL" }, "other"],
    ["an unknown session", [], { status: 1, stderr: "Error: Session not found" }, "session-lost"],
    ["bad settings", [], { status: 1, stderr: "Error: Configuration is invalid at /p/opencode.json" }, "config"],
    ["settings that are no JSON", [], { status: 1, stderr: "Config file at X is not valid JSON(C):" }, "config"],
    ["a full disk", [], { status: 1, stderr: "ENOSPC: no space left on device, write" }, "disk-full"],
  ])("%s is a failure", (_, lines, exit, cause) =>
    expect(replay(lines, exit).end).toMatchObject({ kind: "failed", cause }),
  );

  test.each([
    ["401", { statusCode: 401 }, "auth"],
    ["402", { statusCode: 402 }, "billing"],
    ["403", { statusCode: 403 }, "auth"],
    ["404", { statusCode: 404 }, "config"],
    ["413", { statusCode: 413 }, "context"],
    ["429", { statusCode: 429 }, "rate-limit"],
    ["500", { statusCode: 500 }, "overloaded"],
    ["529", { statusCode: 529 }, "overloaded"],
    ["400", { statusCode: 400 }, "other"],
    ["no status", {}, "other"],
    ["a 429 that means money", { statusCode: 429, responseBody: '{"code":"insufficient_quota"}' }, "billing"],
    ["a limit in the body", { statusCode: 400, responseBody: '{"type":"GoUsageLimitError"}' }, "rate-limit"],
  ])("an error with %s", (_, data, cause) =>
    expect(replay([apiError("It went wrong", data)], { status: 1 }).end).toMatchObject({ kind: "failed", cause }),
  );

  test.each([
    ["Incorrect API key provided.", "APIError", "auth"],
    ["Your credit balance is too low", "APIError", "billing"],
    ["Model not found: mock/nope.", "UnknownError", "config"],
    ["Unable to connect. Is the computer able to access the url?", "APIError", "network"],
    ["The socket connection was closed unexpectedly.", "UnknownError", "network"],
    ["gone", "ProviderAuthError", "auth"],
    ["gone", "MessageAbortedError", "cancelled"],
    ["gone", "MessageOutputLengthError", "context"],
    ["gone", "constructor", "other"],
  ])("an error that says %s and calls itself %s", (message, name, cause) =>
    expect(replay([apiError(message, {}, name)], { status: 1 }).end).toMatchObject({ cause }),
  );

  test("the log has the reason that the stream keeps for itself", () => {
    const error = apiError("Unexpected server error. Check server logs for details.", {}, "UnknownError");
    const stderr = [
      `timestamp=x level=ERROR run=1 message="stream error" error.error="AI_APICallError: earlier"`,
      `timestamp=x level=ERROR run=1 message=failed ref=err_1 error="ProviderModelNotFoundError: Model not found: \\"m\\"/n." cause="..."`,
    ].join("\n");
    expect(replay([error], { status: 1, stderr }).end).toEqual({
      kind: "failed",
      cause: "config",
      message: expect.stringMatching(/models it knows\): ProviderModelNotFoundError: Model not found: "m"\/n\.$/),
    });
    expect(replay([error], { status: 1 }).end).toMatchObject({ cause: "other" });
  });

  test("an action that nobody was there to allow ends the turn, and the failure names it", () => {
    const { end, notes, events } = replay([start, refused(REJECTED), finish("tool-calls")]);
    expect(end).toMatchObject({ cause: "other", message: expect.stringContaining("not allowed (write /elsewhere/a)") });
    expect(notes).toEqual(["the agent was not allowed: write /elsewhere/a"]);
    expect(events.filter(({ t }) => t === "denied")).toEqual([{ t: "denied", name: "write", detail: "/elsewhere/a" }]);
  });
});

describe("when a usage limit ends", () => {
  const untilOf = (responseHeaders: unknown, data: object = { statusCode: 429 }) => {
    const { end } = replay([apiError("Too many requests", { ...data, responseHeaders })], { status: 1 });
    return end.kind === "failed" && end.untilMs !== undefined ? new Date(end.untilMs).toISOString() : undefined;
  };

  test.each([
    [{ "retry-after": "60" }, "2026-03-04T10:01:00.000Z"],
    [{ "retry-after-ms": "1500", "retry-after": "60" }, "2026-03-04T10:00:01.500Z"],
    [{ "retry-after": "Wed, 04 Mar 2026 12:00:00 GMT" }, "2026-03-04T12:00:00.000Z"],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "99999999999" }, undefined],
    [{ "retry-after": "-5" }, undefined],
    [{ "retry-after": 7 }, undefined],
    [null, undefined],
    [{}, undefined],
  ])("%j", (headers, until) => expect(untilOf(headers)).toBe(until));

  test("what is no limit has no end", () =>
    expect(untilOf({ "retry-after": "60" }, { statusCode: 503 })).toBeUndefined());
});

describe("a conversation that is too long", () => {
  const round = [overflow, start, say("ok"), finish("stop"), shortened];

  test("once: it is shortened, and the turn goes on and ends well although opencode leaves with status 1", () => {
    const turn = replay([start, ran("ls"), finish("tool-calls"), ...round, start, say("Done."), finish("stop")], {
      status: 1,
    });
    expect(turn.end).toEqual({ kind: "finished" });
    expect(turn.finalText).toBe("Done.");
    expect(turn.events.filter(({ t }) => t === "finished")).toEqual([{ t: "finished", text: "Done." }]);
    expect(turn.events).toContainEqual({ t: "notice", text: "The conversation is too long; opencode shortens it" });
  });

  test("three times without a tool in between: it has failed for good, said once, and still costs", () => {
    const { events, end, usage } = replay([...round, ...round, ...round, ...round, start, finish("stop")]);
    expect(events.filter(({ t }) => t === "failed")).toEqual([
      expect.objectContaining({ cause: "context", final: true }),
    ]);
    expect(end).toMatchObject({ kind: "failed", cause: "context" });
    expect(usage.inputTokens).toBe(75);
  });

  test("three times with work in between is only a long turn", () => {
    const worked = [...round, start, ran("ls"), finish("tool-calls")];
    const lines = [...worked, ...worked, ...worked, start, say("Done."), finish("stop")];
    expect(replay(lines, { status: 1 }).end).toEqual({ kind: "finished" });
  });

  test.each([
    ["where it was shortened, but nothing came after", round, { status: 1 }],
    ["where it could not be shortened", [overflow], { status: 1 }],
  ])("%s it has failed", (_, lines, exit) => expect(replay(lines, exit).end).toMatchObject({ cause: "context" }));

  test("shortened before it is too long: what looked like the end was none, and is seen to be none", () => {
    const lines = [start, ran("ls"), finish("tool-calls"), start, say("# Summary"), finish("stop"), shortened];
    const { end, events } = replay(lines);
    expect(end).toMatchObject({ kind: "failed" });
    expect(events.slice(-2).map(({ t }) => t)).toEqual(["tool-start", "tool-end"]);
    expect(replay([...lines, start, say("Done."), finish("stop")]).end).toEqual({ kind: "finished" });
  });
});

describe("what is told meanwhile", () => {
  test("texts, tools with what they do, the session, usage and the end, in their order", () => {
    const { events } = replay([
      start,
      say("I write."),
      tool("t1", { status: "completed", input: { filePath: "/tree/src/a.ts" }, title: "src/a.ts" }, "write"),
      finish("tool-calls"),
      start,
      tool("t2", { status: "completed", input: { command: "npm test\nls" }, title: "Tests", metadata: { exit: 1 } }),
      tool("t3", { status: "error", input: { pattern: "x" }, error: "Not found" }, "grep"),
      finish("tool-calls", { cost: 0 }),
      line("reasoning", { part: { text: "Hm." } }),
      start,
      say("Done."),
      finish("stop"),
    ]);
    const used = { inputTokens: 15, outputTokens: 5, cachedTokens: 7, usd: 0.5 };
    expect(events).toEqual([
      { t: "session", id: SESSION },
      { t: "text", text: "I write." },
      { t: "tool-start", id: "t1", name: "write", detail: "src/a.ts" },
      { t: "tool-end", id: "t1", ok: true },
      { t: "usage", usage: used },
      { t: "tool-start", id: "t2", name: "bash", detail: "npm test ls" },
      { t: "tool-end", id: "t2", ok: false },
      { t: "tool-start", id: "t3", name: "grep", detail: "x" },
      { t: "tool-end", id: "t3", ok: false },
      { t: "usage", usage: { ...used, usd: null } },
      { t: "text", text: "Done." },
      { t: "usage", usage: used },
      { t: "finished", text: "Done." },
    ]);
  });

  test.each([
    ["forbidden by a rule", refused(FORBIDDEN, { command: "npm publish" }, "bash"), "bash npm publish"],
    [
      "not offered, because a rule forbids all of it",
      refused("Model tried to call unavailable tool 'invalid'.", { url: "http://a" }, "webfetch"),
      "webfetch http://a",
    ],
  ])("an action %s is told and noted, and the turn goes on", (_, action, note) => {
    const { events, notes, end } = replay([
      start,
      action,
      action,
      finish("tool-calls"),
      start,
      say("Done."),
      finish("stop"),
    ]);
    expect(events.filter(({ t }) => t === "denied")).toHaveLength(2);
    expect(notes).toEqual([`the agent was not allowed: ${note}`]);
    expect(end).toEqual({ kind: "finished" });
  });

  test("what a sub-agent was refused stands on stderr alone", () => {
    const stderr = "! permission requested: external_directory (/elsewhere/*); auto-rejecting\n";
    expect(replay([start, finish("stop")], { status: 0, stderr }).notes).toEqual([
      "the agent was not allowed: external_directory (/elsewhere/*)",
    ]);
  });

  test("usage is what all steps used; a cost of nothing is an unknown one", () => {
    expect(replay([finish("tool-calls"), finish("stop")]).usage).toEqual({
      inputTokens: 30,
      outputTokens: 10,
      cachedTokens: 14,
      usd: 1,
    });
    expect(replay([finish("stop", { cost: 0 })]).usage.usd).toBeNull();
    expect(replay([finish("stop", { tokens: null, cost: "free" })]).usage).toEqual(replay([]).usage);
  });

  test("the closing block is found though a tool was called after it", () => {
    const block = '```json\n{"files":[],"tests_added":2}\n```';
    const lines = [
      start,
      say(`Ready.\n\n${block}`),
      ran("ls"),
      finish("tool-calls"),
      start,
      say("Done."),
      finish("stop"),
    ];
    expect(readBuildClaim(replay(lines).closingText)).toMatchObject({ testsAdded: 2 });
  });

  test("terminal control never gets through", () => {
    const { events, finalText, notes } = replay([
      start,
      refused(`${FORBIDDEN}\u001b[2J`, { command: "\u001b]0;t\u0007ls" }, "ba\u001b[1msh"),
      say("\u001b[31mred\u0007"),
      finish("stop"),
      apiError("\u001b[1mno"),
    ]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is what this is for
    expect(JSON.stringify([events, notes]) + finalText).not.toMatch(/\\u001b|\\u0007|[\u0007\u001b]/);
  });

  test("a session id that is none is not taken: it would become an argument", () => {
    for (const sessionID of ["--auto", "../../x", "ses_../x", "", 7, null]) {
      expect(replay([{ ...start, sessionID }]).session).toBeUndefined();
    }
  });
});

describe("lines that nobody expects", () => {
  test.each([
    "plain words",
    "{",
    '{"type":"text","part":{"te',
    "[1]",
    "null",
    "{}",
    '{"type":"brand_new","x":1}',
    '{"type":["text"]}',
    "\uFFFD\uFFFD{",
  ])("%s is unknown and changes nothing", (stray) => {
    const { events, end } = replay([start, say("Done."), stray, finish("stop")]);
    expect(events.filter(({ t }) => t === "unknown")).toHaveLength(1);
    expect(end).toEqual({ kind: "finished" });
  });

  test("a line of several megabytes is read, and what is kept of it is bounded", () => {
    const text = `${"x".repeat(6_000_000)}\nHALT: too much`;
    const { end, closingText, lastLines } = replay([start, ran("y".repeat(6_000_000)), say(text), finish("stop")]);
    expect(end).toEqual({ kind: "halted", reason: "too much" });
    expect(closingText.length).toBeLessThan(1_100_000);
    expect(lastLines.join("").length).toBeLessThan(41_000);
  });

  test("any bytes cut anywhere never throw, and the same bytes mean the same", () => {
    const good = [start, say("é \u{1f600}"), ran("ls"), finish("tool-calls"), start, say("Done."), finish("stop")];
    expectTheSameOfAnyBytes(createOpencodeParser, good);
  });

  test("values of any other kind in known places never throw", () => {
    const types = fc.constantFrom("step_start", "text", "tool_use", "step_finish", "error", "ContextOverflowError");
    const keys = ["text", "state", "tokens", "cost", "reason", "callID", "tool", "synthetic", "metadata", "id"];
    const value = fc.oneof(
      fc.jsonValue(),
      types,
      fc.dictionary(fc.constantFrom("status", "input", "exit"), fc.jsonValue()),
    );
    const lines = fc.array(
      fc.record({
        type: types,
        timestamp: fc.jsonValue(),
        sessionID: fc.jsonValue(),
        part: fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...keys), value)),
        error: fc.oneof(fc.jsonValue(), fc.record({ name: value, data: value, message: value })),
      }),
    );
    fc.assert(
      fc.property(lines, fc.string(), (each, stderr) => {
        expect(replay(each, { status: 0, stderr }).end.kind).toBeTypeOf("string");
      }),
      { numRuns: 300 },
    );
  });
});
