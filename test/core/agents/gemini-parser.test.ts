import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AgentExit } from "../../../src/core/agents/agent.ts";
import { createGeminiParser } from "../../../src/core/agents/gemini/gemini-parser.ts";
import { BUILD_FILE_ADVICE } from "../../../src/core/agents/gemini/gemini-policy.ts";
import { readBuildClaim } from "../../../src/core/agents/reading/closing-block.ts";
import { expectTheSameOfAnyBytes, replayLines } from "../../support/recordings.ts";

const SESSION = "0badcafe-1111-4222-8333-444455556666";
const AT = "2026-03-04T10:00:00.000Z";
const BLOCKED = "Blocked: command substitution detected in shell command.";

const init = { type: "init", timestamp: AT, session_id: SESSION, model: "m" };
const prompt = (content: string) => ({ type: "message", timestamp: AT, role: "user", content });
const piece = (content: string) => ({ type: "message", timestamp: AT, role: "assistant", content, delta: true });
const tool = (id: string, parameters: object, name = "run_shell_command") => ({
  ...{ type: "tool_use", timestamp: AT, tool_name: name, tool_id: id, parameters },
});
const toolResult = (id: string, more: object = {}) => ({
  ...{ type: "tool_result", timestamp: AT, tool_id: id, status: "success", output: "x" },
  ...more,
});
const refused = (id: string, type: string, message: string) =>
  toolResult(id, { status: "error", output: message, error: { type, message } });
const remark = (message: string, severity = "warning") => ({ type: "error", timestamp: AT, severity, message });
const STATS = { total_tokens: 120, input_tokens: 100, output_tokens: 15, cached: 40, input: 60, duration_ms: 1 };
const result = (more: object = {}) => ({ type: "result", timestamp: AT, status: "success", stats: STATS, ...more });
const error = (message: string, type = "unknown") => result({ status: "error", error: { type, message } });

const replay = (lines: readonly (object | string)[], exit?: AgentExit) =>
  replayLines(createGeminiParser(), lines, exit);

describe("how a turn ended", () => {
  test.each([
    ["a good end", ["All", " done."], { kind: "finished" }],
    ["a halt in pieces", ["I looked.\nHA", "LT: no", " database"], { kind: "halted", reason: "no database" }],
    ["a question", ["QUESTION: A or B?"], { kind: "question", question: "A or B?" }],
    ["work that was there already", ["ALREADY_DONE"], { kind: "already-done" }],
    ["HALT within a sentence", ["The word ", "HALT: is in the prompt"], { kind: "finished" }],
  ])("%s", (_, pieces, end) => expect(replay([init, ...pieces.map(piece), result()]).end).toEqual(end));

  test("only the final text halts: not the prompt, a text before, or a tool's output", () => {
    const { end, finalText } = replay([
      init,
      prompt("Do it.\nHALT: is what you say when you cannot"),
      piece("HALT: this is what I would say"),
      tool("t1", { command: "cat notes" }),
      toolResult("t1", { output: "HALT: x" }),
      piece("Fine."),
      result(),
    ]);
    expect(end).toEqual({ kind: "finished" });
    expect(finalText).toBe("Fine.");
  });

  test.each([
    ["no result at all after a beginning", [init, piece("Done.")], { status: 0 }, "cancelled"],
    ["nothing at all", [], { status: 0 }, "other"],
    ["a result, then another exit status", [init, piece("Done."), result()], { status: 1 }, "exit"],
    ["a result, then a signal", [init, piece("Done."), result()], { status: null, signal: "SIGKILL" }, "exit"],
    ["a result without a status", [init, piece("Done."), result({ status: undefined })], { status: 0 }, "other"],
    ["no last word", [init, piece("I look."), tool("t", {}), toolResult("t"), result()], { status: 0 }, "context"],
    ["no word at all", [init, prompt("x"), result({ stats: {} })], { status: 0 }, "context"],
    ["a loop", [init, piece("Again."), remark("Loop detected, stopping execution"), result()], { status: 0 }, "loop"],
    ["a limit", [init, piece("x"), remark("Maximum session turns exceeded"), result()], { status: 0 }, "turn-limit"],
    ["nothing, and TERM from somebody", [init], { status: 143 }, "cancelled"],
    ["nothing, and KILL from somebody", [init], { status: null, signal: "SIGKILL" }, "other"],
    ["a full disk", [], { status: 1, stderr: "ENOSPC: no space left on device, write" }, "disk-full"],
    ["an unknown argument", [], { status: 1, stderr: "Unknown arguments: what" }, "config"],
    [
      "an id in use",
      [],
      { status: 42, stderr: 'Error starting session: Session ID "x" already exists.' },
      "session-lost",
    ],
    ["wrong input", [], { status: 42, stderr: "No input provided via stdin." }, "config"],
    ["broken settings", [], { status: 52, stderr: "Error in settings.json: Unexpected token }" }, "config"],
    ["half-written settings", [], { status: 52, stderr: "Error: Unexpected end of JSON input" }, "temporary"],
    ["no login", [], { status: 41, stderr: "x" }, "auth"],
    ["no login for lack of a network", [], { status: 41, stderr: "connect ECONNREFUSED 1.2.3.4" }, "network"],
    ["HTTP status 429 as exit status", [], { status: 173 }, "rate-limit"],
    ["HTTP status 503 as exit status", [], { status: 247 }, "overloaded"],
    ["HTTP status 400 as exit status, which is no signal", [], { status: 144 }, "other"],
    ["a wrapper that says why on stdout", ["API key not valid"], { status: 1 }, "auth"],
  ])("%s is a failure", (_, lines, exit, cause) =>
    expect(replay(lines, exit).end).toMatchObject({ kind: "failed", cause }),
  );

  test("a loop that was only remarked, since the model went on, is none", () => {
    const lines = [init, remark("Loop detected, stopping execution"), tool("t", {}), toolResult("t"), piece("Done.")];
    expect(replay([...lines, result()]).end).toEqual({ kind: "finished" });
  });

  test.each([
    ["[API Error: API key not valid. Please pass a valid API key.]", "auth"],
    ['[API Error: {"error":{"code":403,"message":"Nope","status":"X"}}]', "auth"],
    ['[API Error: {"error":{"code":503,"message":"Nope","status":"X"}}]', "overloaded"],
    ['[API Error: {"error":{"code":400,"message":"Nope"}}]', "other"],
    ["[API Error: You have exhausted your daily quota on this model.]\nPlease wait", "rate-limit"],
    ["[API Error: You exceeded your current quota. Quota exceeded for metric: x, limit: 20, model: m]", "rate-limit"],
    ["[API Error: You exceeded your current quota. Quota exceeded for metric: x, limit: 0, model: m]", "billing"],
    ["[API Error: Your prepayment credits are depleted.]", "billing"],
    ["[API Error: No capacity available for model m]", "overloaded"],
    ["[API Error: The input token count (1) exceeds the maximum number of tokens allowed (2).]", "context"],
    ["[API Error: models/x is not found for API version v1beta]", "config"],
    ["[API Error: User location is not supported for the API use.]", "config"],
    ["[API Error: terminated]", "network"],
    ["[API Error: exception TypeError: fetch failed sending request]", "network"],
  ])("an error that says %s", (message, cause) =>
    expect(replay([init, error(message)], { status: 1 }).end).toMatchObject({ kind: "failed", cause }),
  );

  test.each([
    ["FatalTurnLimitedError", 53, "turn-limit"],
    ["FatalCancellationError", 130, "cancelled"],
    ["FatalConfigError", 52, "config"],
    ["no_space_left", 54, "disk-full"],
    ["toString", 1, "other"],
    // What the words do not say, the exit status does.
    ["unknown", 173, "rate-limit"],
    ["unknown", 145, "auth"],
    ["unknown", 143, "other"],
  ])("an error of type %s with exit status %i", (type, status, cause) =>
    expect(replay([init, error("It went wrong", type)], { status }).end).toMatchObject({ kind: "failed", cause }),
  );

  test("an answer that was refused has its reason in the remark before the result", () => {
    const empty = "The model returned an empty response with no text or thoughts. This may be a transient API issue";
    const { end, events } = replay([init, remark(empty, "error"), result({ status: "error" })]);
    expect(end).toEqual({ kind: "failed", cause: "overloaded", message: `Gemini is overloaded: ${empty}` });
    expect(events).toContainEqual({ t: "notice", text: `Gemini CLI: ${empty}` });
  });
});

test.each([
  ["Quota exceeded. Please retry in 38.5s.", 38_500],
  ["Quota exceeded. Please retry in 120.25ms.", 121],
  ["Resource has been exhausted.\nSuggested retry after 3600s.", 3_600_000],
  ["You have exhausted your capacity on this model. Your quota will reset after 2h15m30s.", 8_130_000],
  ["You have exhausted your capacity on this model. Your quota will reset after 5m.", 300_000],
  ['{"error":{"code":429,"details":[{"retryDelay":"41s"}]}} has been exhausted', 41_000],
  ["Quota exceeded. Please retry in a while.", undefined],
  ["Quota exceeded. Please retry in 0s.", undefined],
])("a limit that says %s ends %s ms later", (message, delayMs) => {
  const { end } = replay([init, error(message)], { status: 173 });
  expect(end).toMatchObject({ kind: "failed", cause: "rate-limit" });
  const until = end.kind === "failed" ? end.untilMs : undefined;
  expect(until).toBe(delayMs === undefined ? undefined : Date.parse(AT) + delayMs);
});

describe("what is told meanwhile", () => {
  test("texts line by line, tools with what they do, the session, usage and the end, in their order", () => {
    const { events } = replay([
      init,
      prompt("Do it"),
      piece("I wri"),
      piece("te.\nThen I t"),
      piece("est."),
      tool("t1", { file_path: "/tree/a.ts", content: "…" }, "write_file"),
      toolResult("t1"),
      tool("t2", { command: "npm test\nnpm run lint", description: "d" }),
      toolResult("t2", { status: "error", error: { type: "execution_failed", message: "no" } }),
      piece("Done."),
      result(),
    ]);
    expect(events).toEqual([
      { t: "session", id: SESSION },
      { t: "text", text: "I write." },
      { t: "text", text: "Then I test." },
      { t: "tool-start", id: "t1", name: "write_file", detail: "/tree/a.ts" },
      { t: "tool-end", id: "t1", ok: true },
      { t: "tool-start", id: "t2", name: "run_shell_command", detail: "npm test npm run lint" },
      { t: "tool-end", id: "t2", ok: false },
      { t: "text", text: "Done." },
      { t: "usage", usage: { inputTokens: 60, outputTokens: 20, cachedTokens: 40, usd: null } },
      { t: "finished", text: "Done." },
    ]);
  });

  test.each([
    ["what a rule refuses", refused("t", "policy_violation", "Tool execution denied by policy."), true],
    [
      "what would need a person",
      refused(
        "t",
        "unhandled_exception",
        "requires user confirmation, which is not supported in non-interactive mode.",
      ),
      true,
    ],
    ["a command that is refused as a success", toolResult("t", { output: BLOCKED }), true],
    ["a shell that is not there", refused("t", "tool_not_registered", 'Tool "run_shell_command" not found.'), true],
    ["a build file, which the shell may write", refused("t", "policy_violation", `x. ${BUILD_FILE_ADVICE}: y`), false],
    ["a command that says so and more", toolResult("t", { output: `${BLOCKED}\nin the log` }), false],
    ["a tool that failed", refused("t", "execution_failed", "no"), false],
  ])("a denial is %s", (_, ending, isDenied) => {
    const { events, notes, end } = replay([
      init,
      tool("t", { command: "npm publish" }),
      ending,
      piece("Ok."),
      result(),
    ]);
    const denial = { t: "denied", name: "run_shell_command", detail: "npm publish" };
    expect(events.filter(({ t }) => t === "denied")).toEqual(isDenied ? [denial] : []);
    expect(notes).toEqual(isDenied ? ["the agent was not allowed: run_shell_command npm publish"] : []);
    expect(end).toEqual({ kind: "finished" });
  });

  test("a tool that nobody knows is no denial", () => {
    const ending = refused("t", "tool_not_registered", 'Tool "fly" not found.');
    expect(replay([init, tool("t", {}, "fly"), ending, piece("Ok."), result()]).notes).toEqual([]);
  });

  test("the closing block is found in its pieces", () => {
    const block = 'Ready.\n\n```json\n{"files":[],"tests_added":2}\n```';
    const pieces = [...block].map(piece);
    expect(readBuildClaim(replay([init, ...pieces, result()]).closingText)).toMatchObject({ testsAdded: 2 });
  });

  test("terminal control never gets through, not even in pieces", () => {
    const { events, finalText } = replay([
      init,
      tool("t\u001b[2J", { command: "\u001b]0;t\u0007ls" }),
      remark("\u001b[1mcareful"),
      piece("a\u001b"),
      piece("[31mred\u0007"),
      result(),
    ]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is what this is for
    expect(JSON.stringify(events) + finalText).not.toMatch(/\\u001b|\\u0007|[\u0007\u001b]/);
    expect(finalText).toBe("ared");
  });

  test("a session id that is none is not taken: it would become an argument", () => {
    for (const id of ["--yolo", "latest", "../../x", "", 7, null]) {
      expect(replay([{ ...init, session_id: id }]).session).toBeUndefined();
    }
  });
});

describe("counting", () => {
  test.each([
    ["no counts", {}, [null, null, null]],
    ["no total", { input_tokens: 10, output_tokens: 3 }, [10, 3, 0]],
    ["more from the cache than there was", { input_tokens: 10, cached: 20, total_tokens: 15 }, [0, 5, 10]],
    ["a total below its parts", { input_tokens: 10, output_tokens: 3, total_tokens: 1 }, [10, 3, 0]],
    ["wrong types", { input_tokens: "10", output_tokens: [], total_tokens: {}, cached: null }, [null, null, null]],
    ["no list of counts", "many", [null, null, null]],
  ])("%s", (_, stats, [inputTokens, outputTokens, cachedTokens]) =>
    expect(replay([init, piece("x"), result({ stats })]).usage).toEqual({
      ...{ inputTokens, outputTokens, cachedTokens },
      usd: null,
    }),
  );
});

describe("lines that nobody expects", () => {
  test.each([
    "plain words",
    "{",
    '{"type":"message","role":"assis',
    "[1]",
    "null",
    "{}",
    '{"type":"brand_new","x":1}',
    '{"type":"message","role":"system","content":"x"}',
    '{"type":"message","role":"assistant","content":7}',
    "\uFFFD\uFFFD{",
  ])("%s is unknown and changes nothing", (line) => {
    const { events, finalText } = replay([init, piece("Do"), line, piece("ne."), result()]);
    expect(events.filter(({ t }) => t === "unknown")).toHaveLength(1);
    expect(finalText).toBe("Done.");
  });

  test("a line of several megabytes is read, and what is kept of it is bounded", () => {
    const text = `${"x".repeat(6_000_000)}\nHALT: too much`;
    const { end, closingText, lastLines } = replay([init, piece(text), result()]);
    expect(end).toEqual({ kind: "halted", reason: "too much" });
    expect(closingText.length).toBeLessThan(2_200_000);
    expect(lastLines.join("").length).toBeLessThan(41_000);
  });

  test("a line in pieces that never ends is cut before it fills the memory", () => {
    const { events } = replay([init, ...Array.from({ length: 40 }, () => piece("x".repeat(100_000)))]);
    const lengths = events.flatMap((event) => (event.t === "text" ? [event.text.length] : []));
    expect(lengths.length).toBeGreaterThan(2);
    expect(Math.max(...lengths)).toBeLessThan(1_200_000);
  });

  test("any bytes cut anywhere never throw, and the same bytes mean the same", () => {
    const good = [init, piece("é \u{1f600}"), tool("t", { command: "ls" }), toolResult("t"), piece("Done."), result()];
    expectTheSameOfAnyBytes(createGeminiParser, good);
  });

  test("values of any other kind in known places never throw", () => {
    const keys = [
      ...["type", "role", "content", "delta", "status", "error", "message", "stats", "session_id"],
      ...["tool_id", "tool_name", "parameters", "output", "timestamp"],
    ];
    const types = ["init", "message", "tool_use", "tool_result", "error", "result", "assistant", "success"];
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(...types));
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.constantFrom(...keys), value)), (lines) => {
        expect(replay(lines).end.kind).toBeTypeOf("string");
      }),
      { numRuns: 300 },
    );
  });
});
