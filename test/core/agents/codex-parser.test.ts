import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AgentExit } from "../../../src/core/agents/agent.ts";
import { createCodexParser } from "../../../src/core/agents/codex/codex-parser.ts";
import { readBuildClaim } from "../../../src/core/agents/reading/closing-block.ts";
import { NO_USAGE } from "../../../src/core/model/usage.ts";
import { expectTheSameOfAnyBytes, replayLines } from "../../support/recordings.ts";

/** Ids begin with the time when their thread was made. */
const threadOf = (atMs: number): string => {
  const digits = atMs.toString(16).padStart(12, "0");
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7d20-aaac-4423fa0e2f58`;
};
const BEGUN_MS = new Date(2026, 2, 4, 10, 0).getTime();
const THREAD = threadOf(BEGUN_MS);

const begin = { type: "thread.started", thread_id: THREAD };
const turn = { type: "turn.started" };
const say = (text: string) => ({ type: "item.completed", item: { id: `m-${text}`, type: "agent_message", text } });
const started = (item: object) => ({ type: "item.started", item: { id: "i1", status: "in_progress", ...item } });
const ended = (item: object) => ({ type: "item.completed", item: { id: "i1", status: "completed", ...item } });
const shell = (command: string, more: object = {}) => ({ type: "command_execution", command, ...more });
const ran = (output: string, exitCode: number, command = "/bin/bash -lc ls") =>
  ended(
    shell(command, { aggregated_output: output, exit_code: exitCode, status: exitCode === 0 ? "completed" : "failed" }),
  );
const completed = (usage: unknown = { input_tokens: 10, cached_input_tokens: 7, output_tokens: 3 }) => ({
  type: "turn.completed",
  usage,
});
const failing = (message: string) => [
  { type: "error", message },
  { type: "turn.failed", error: { message } },
];

const replay = (lines: readonly (object | string)[], exit?: AgentExit) => replayLines(createCodexParser(), lines, exit);

describe("how a turn ended", () => {
  test.each([
    ["a good end", "All done.", { kind: "finished" }],
    ["a halt", "I looked.\nHALT: no database", { kind: "halted", reason: "no database" }],
    ["a question", "QUESTION: A or B?", { kind: "question", question: "A or B?" }],
    ["work that was there already", "ALREADY_DONE", { kind: "already-done" }],
    ["HALT within a sentence", "The word HALT: is in the prompt", { kind: "finished" }],
  ])("%s", (_, text, end) => expect(replay([begin, turn, say(text), completed()]).end).toEqual(end));

  test("only the last message halts: not one before, a tool's output or a thought", () => {
    const { end, finalText } = replay([
      begin,
      say("HALT: this is what I would say"),
      ran("HALT: from a file\n", 0),
      ended({ type: "reasoning", text: "HALT: a thought" }),
      say("HALT: or this"),
      say("Fine."),
      completed(),
    ]);
    expect(end).toEqual({ kind: "finished" });
    expect(finalText).toBe("Fine.");
  });

  test("a message that a tool came after is not the last word, one that a tool ends beside is", () => {
    const tail = started(shell("/bin/bash -lc 'npm run serve'"));
    expect(replay([begin, say("HALT: no"), tail, ran("", 0), completed()])).toMatchObject({
      end: { kind: "finished" },
      finalText: "",
    });
    expect(replay([begin, tail, say("HALT: no"), ran("", 0), completed()]).end).toMatchObject({ kind: "halted" });
  });

  test.each([
    ["no end at all, exit status 0", [begin, turn, say("Done.")], { status: 0 }, "other"],
    ["an end, then another exit status", [begin, say("Done."), completed()], { status: 1 }, "exit"],
    ["an end, then a signal", [begin, completed()], { status: null, signal: "SIGKILL" }, "exit"],
    ["an end, then another turn without one", [begin, turn, completed(), turn, say("More.")], { status: 0 }, "other"],
    ["nothing, and TERM from somebody", [begin], { status: null, signal: "SIGTERM" }, "cancelled"],
    ["nothing, and HUP from somebody", [begin], { status: 129 }, "cancelled"],
    ["nothing, and KILL from somebody", [begin], { status: null, signal: "SIGKILL" }, "other"],
    ["trouble, and no end", [begin, failing("stream disconnected before completion: x")[0]], { status: 1 }, "network"],
    ["a wrapper that says why on stdout", ["No space left on device"], { status: 1 }, "disk-full"],
  ] as const)("%s is a failure that tells no usage it does not know", (_, lines, exit, cause) => {
    const told = replay(
      lines.filter((line) => line !== undefined),
      exit,
    );
    expect(told.end).toMatchObject({ kind: "failed", cause });
    if (!lines.some((line) => typeof line === "object" && line.type === "turn.completed")) {
      expect(told.usage).toEqual(NO_USAGE);
    }
  });

  test("a halt counts whatever the exit status is", () => {
    expect(replay([begin, say("HALT: no"), completed()], { status: 1 }).end).toMatchObject({ kind: "halted" });
  });

  test.each([
    ["Error: thread/resume failed: no rollout found for thread id x (code -32600)", "session-lost"],
    ["error: unexpected argument '--nope' found", "config"],
    ["Error loading config.toml: unknown variant `nope`, expected one of `read-only`", "config"],
    ["Error: Model provider `nope` not found", "config"],
    ["Not inside a trusted directory and --skip-git-repo-check was not specified.", "config"],
    ['Error: turn/start failed: Input exceeds the maximum length of 1048576 characters. {"max_chars":1}', "context"],
    ["Error: No space left on device (os error 28)", "disk-full"],
    ["Error: something new", "other"],
  ])("%s on stderr alone", (stderr, cause) => {
    const noise =
      "WARNING: proceeding, even though we could not create PATH aliases\nReading prompt from stdin...\n2026-11-20T08:17:13.010154Z ERROR codex_core: thread not found\n";
    const { end } = replay([], { status: 1, stderr: noise + stderr });
    expect(end).toMatchObject({ kind: "failed", cause, message: expect.stringContaining(stderr) });
    expect(JSON.stringify(end)).not.toMatch(/WARNING|Reading|codex_core/);
  });

  test("what stderr holds in good turns, too, is no reason", () => {
    const stderr = "Reading prompt from stdin...\n2026-11-20T08:17:13.010154Z ERROR x: thread not found\n";
    expect(replay([begin], { status: 1, stderr }).end).toMatchObject({
      cause: "other",
      message: "Codex failed: it ended without a result (exit status 1)",
    });
  });
});

describe("why a turn failed", () => {
  const endOf = (message: string) => replay([begin, turn, ...failing(message)], { status: 1 }).end;

  test.each([
    ["unexpected status 401 Unauthorized: Incorrect API key provided., url: http://h/v1/responses", "auth"],
    ["unexpected status 403 Forbidden: no, url: http://h/v1/responses", "auth"],
    ["Missing environment variable: `AZURE_OPENAI_API_KEY`.", "auth"],
    ["Your access token could not be refreshed. Please log out and sign in again.", "auth"],
    ["unexpected status 402 Payment Required: no", "billing"],
    ["Quota exceeded. Check your plan and billing details.", "billing"],
    ["Your workspace is out of credits. Add credits to continue.", "billing"],
    ["You hit your spend cap set by the owner of your workspace.", "billing"],
    ["To use Codex with your ChatGPT plan, upgrade to Plus: https://chatgpt.com/explore/plus.", "billing"],
    ["You've hit your usage limit. Upgrade to Plus to continue using Codex, or try again later.", "rate-limit"],
    ["exceeded retry limit, last status: 429 Too Many Requests", "rate-limit"],
    ["stream disconnected before completion: rate limit exceeded: Rate limit reached for gpt.", "rate-limit"],
    ["exceeded retry limit, last status: 503 Service Unavailable", "overloaded"],
    ["Selected model is at capacity. Please try a different model.", "overloaded"],
    ["We're currently experiencing high demand, which may cause temporary errors.", "overloaded"],
    ["Codex ran out of room in the model's context window. Start a new thread.", "context"],
    ["stream disconnected before completion: Transport error: network error", "network"],
    ["Connection failed: error sending request", "network"],
    ["Access blocked by Cloudflare. This usually happens when connecting from a restricted region", "network"],
    ["unexpected status 404 Not Found: no such model", "config"],
    ['{"detail":"The \'gpt-x\' model is not supported when using Codex with a ChatGPT account."}', "config"],
    ['{"error":{"message":"The model `x` does not exist or you do not have access to it."}}', "config"],
    ["sandbox error: Landlock was not able to fully enforce all sandbox rules", "config"],
    ["turn aborted. Something went wrong?", "cancelled"],
    ["something else", "other"],
    ["", "other"],
  ])("%s", (message, cause) => expect(endOf(message)).toMatchObject({ kind: "failed", cause }));

  test("a person reads the provider's words, what they mean and what to do, not its JSON", () => {
    expect(endOf('{"error":{"message":"Bad thing","type":"invalid_request_error"}}')).toMatchObject({
      message: "Codex failed: Bad thing",
    });
    expect(endOf("Missing environment variable: `K`.")).toMatchObject({
      message: "Codex has no valid login (run codex login, or set CODEX_API_KEY): Missing environment variable: `K`.",
    });
    expect(endOf("")).toMatchObject({ message: "Codex failed: it gave no reason" });
  });

  test("a failure without words has those of the error before it", () => {
    const lines = [begin, { type: "error", message: "last status: 429" }, { type: "turn.failed" }];
    expect(replay(lines).end).toMatchObject({ cause: "rate-limit" });
  });

  test("a thread that is not there is not handed on", () => {
    expect(replay([begin, ...failing("no thread with id: x")], { status: 1 }).session).toBeUndefined();
    expect(replay([begin, ...failing("last status: 429")], { status: 1 }).session).toBe(THREAD);
  });
});

describe("when a usage limit ends", () => {
  const untilOf = (text: string, threadId = THREAD) => {
    const message = `You've hit your usage limit. ${text}`;
    const { end } = replay([{ ...begin, thread_id: threadId }, ...failing(message)], { status: 1 });
    return end.kind === "failed" && end.untilMs !== undefined ? new Date(end.untilMs) : undefined;
  };

  test.each([
    ["Try again at 3:05 PM.", new Date(2026, 2, 4, 15, 6)],
    [
      "Visit https://chatgpt.com/codex to purchase more credits or try again at 12:30 PM.",
      new Date(2026, 2, 4, 12, 31),
    ],
    ["Try again at 12:10 AM.", new Date(2026, 2, 5, 0, 11)],
    ["Try again at 10:00 AM.", new Date(2026, 2, 4, 10, 1)],
    ["Try again at 11:59 PM.", new Date(2026, 2, 5, 0, 0)],
    ["Try again at 9:59 AM.", new Date(2026, 2, 5, 10, 0)],
    ["Upgrade to Plus, or try again at Jul 23rd, 2026 4:15 AM.", new Date(2026, 6, 23, 4, 16)],
    ["Try again at Jan 1st, 2027 12:00 PM.", new Date(2027, 0, 1, 12, 1)],
    ["Try again later.", undefined],
    ["Please try again in 1.2s.", undefined],
  ])("%s", (text, until) => expect(untilOf(text)).toEqual(until));

  test("a clock time needs a thread that says when it began, a date needs none", () => {
    const other = "11111111-2222-4333-8444-555555555555";
    expect(untilOf("Try again at 3:05 PM.", other)).toBeUndefined();
    expect(untilOf("Try again at Jul 23rd, 2026 4:15 AM.", other)).toEqual(new Date(2026, 6, 23, 4, 16));
  });
});

describe("what is told meanwhile", () => {
  test("texts, tools with what they do, the thread, usage and the end, in their order", () => {
    const edit = { type: "file_change", changes: [{ path: "/w/tree/src/a.ts", kind: "add" }, { path: "b" }, 7] };
    const { events } = replay([
      begin,
      turn,
      ended({ type: "reasoning", text: "Hm." }),
      say("I write."),
      started({ ...edit, id: "i2" }),
      ended({ ...edit, id: "i2" }),
      started(shell("/bin/bash -lc 'npm test'")),
      ran("", 1),
      { type: "item.updated", item: { id: "t", type: "todo_list", items: [] } },
      say("Done."),
      completed(),
    ]);
    expect(events).toEqual([
      { t: "session", id: THREAD },
      { t: "text", text: "I write." },
      { t: "tool-start", id: "i2", name: "Edit", detail: "tree/src/a.ts, b" },
      { t: "tool-end", id: "i2", ok: true },
      { t: "tool-start", id: "i1", name: "Shell", detail: "npm test" },
      { t: "tool-end", id: "i1", ok: false },
      { t: "text", text: "Done." },
      { t: "usage", usage: { inputTokens: 3, outputTokens: 3, cachedTokens: 7, usd: null } },
      { t: "finished", text: "Done." },
    ]);
  });

  test.each([
    ["/bin/bash -lc ls", "ls"],
    ["/bin/zsh -lc 'echo '\\''a'\\'''", "echo 'a'"],
    ['bash -lc "node -e \\"f(\'x\')\\""', `node -e "f('x')"`],
    ["/bin/sh -c 'a\nb'", "a b"],
    ["python3 x.py", "python3 x.py"],
    [`/bin/bash -lc '${"x".repeat(600)}'`, "x".repeat(485)],
  ])("a command without its shell: %s", (command, detail) => {
    expect(replay([started(shell(command))]).events).toEqual([{ t: "tool-start", id: "i1", name: "Shell", detail }]);
  });

  test.each([
    [{ type: "mcp_tool_call", server: "files", tool: "read" }, "MCP", "files read"],
    [{ type: "web_search", query: "how" }, "WebSearch", "how"],
    [{ type: "collab_tool_call", tool: "spawn_agent", prompt: "Look at x" }, "Agent", "spawn_agent Look at x"],
  ])("other tools, told only when they have ended: %o", (item, name, detail) => {
    expect(replay([ended(item)]).events).toEqual([
      { t: "tool-start", id: "i1", name, detail },
      { t: "tool-end", id: "i1", ok: true },
    ]);
  });

  test("retries and remarks are notices, and an error that comes again with the end is not told twice", () => {
    const { events } = replay([
      begin,
      { type: "error", message: "Reconnecting... 2/5 (last status: 429)" },
      { type: "error", message: "Reconnecting... waiting for network (Connection failed)" },
      { type: "item.completed", item: { id: "e", type: "error", message: "Model metadata not found." } },
      ...failing("Connection failed"),
    ]);
    expect(events.slice(1)).toEqual([
      { t: "notice", text: "Codex tries again, 2 of 5 (last status: 429)" },
      { t: "notice", text: "Codex waits for the network (Connection failed)" },
      { t: "notice", text: "Model metadata not found." },
      { t: "failed", cause: "network", message: "Codex's provider could not be reached: Connection failed" },
    ]);
  });

  test("the closing block is found in an earlier message, too", () => {
    const block = '```json\n{"files":[],"tests_added":2}\n```';
    const { closingText, lastLines } = replay([begin, say(`Ready.\n\n${block}`), say("Done."), completed()]);
    expect(readBuildClaim(closingText)).toMatchObject({ testsAdded: 2 });
    expect(lastLines.at(-1)).toBe("Done.");
  });

  test("terminal control never gets through", () => {
    const { events, finalText, notes, end } = replay(
      [
        { ...begin, thread_id: "\u001b[2J" },
        started(shell("/bin/bash -lc '\u001b]0;t\u0007ls'")),
        ended({ type: "mcp_tool_call", server: "\u001b[31mx", tool: "\u0007", error: { message: "rejected" } }),
        { type: "error", message: "Reconnecting... 1/5 (\u001b[31mred)" },
        "\u001b[31m?",
        say("\u001b[1mdone\u0007"),
        ...failing("\u001b[31mno\u0007"),
      ],
      { status: 1, stderr: "patch rejected: \u001b[31mx" },
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is what this is for
    expect(JSON.stringify([events, finalText, notes, end])).not.toMatch(/\\u001b|\\u0007|[\u0007\u001b]/);
  });

  test("a thread id that is none is not taken: it would become an argument", () => {
    for (const id of ["--dangerously-bypass-approvals-and-sandbox", "../../x", "", 7, null]) {
      expect(replay([{ ...begin, thread_id: id }]).session).toBeUndefined();
    }
  });
});

describe("what the sandbox refuses", () => {
  const BWRAP = "bwrap: No permissions to create a new namespace\n";

  test("a command that was declined, and one that could not write, are denials in a turn that ends well", () => {
    const { events, notes, end } = replay([
      begin,
      ended(shell("/bin/bash -lc 'npm publish'", { status: "declined" })),
      ran("touch: cannot touch 'x': Read-only file system\nREADME.md\n", 0, "/bin/bash -lc 'touch x; ls'"),
      say("Done."),
      completed(),
    ]);
    expect(events.filter(({ t }) => t === "denied")).toEqual([
      { t: "denied", name: "Shell", detail: "npm publish" },
      { t: "denied", name: "Shell", detail: "touch x; ls" },
    ]);
    expect(notes).toEqual(["the agent was not allowed: Shell npm publish; Shell touch x; ls"]);
    expect(end).toEqual({ kind: "finished" });
  });

  test("a test that names the system's message within a line is no denial", () => {
    expect(replay([ran("✓ Read-only file system is handled\n", 0), completed()]).notes).toEqual([]);
  });

  test("a tool of a server that nobody could approve is a denial", () => {
    const item = {
      type: "mcp_tool_call",
      server: "s",
      tool: "t",
      status: "failed",
      error: { message: "user cancelled MCP tool call" },
    };
    expect(replay([ended(item), completed()]).notes).toEqual(["the agent was not allowed: MCP s t"]);
  });

  test("refused patches, of which only stderr tells, are noted once", () => {
    const line =
      "2026-11-20T16:24:11.875264Z ERROR codex_core::tools::router: error=patch rejected: writing is blocked by read-only sandbox; rejected by user approval settings";
    const { notes, end } = replay([begin, say("Done."), completed()], { status: 0, stderr: `${line}\n${line}\n` });
    expect(notes).toEqual(["the agent was not allowed: Edit (writing is blocked by read-only sandbox)"]);
    expect(end).toEqual({ kind: "finished" });
  });

  test("where no command could start, the turn has failed whatever the agent says, and says what to do", () => {
    const patch = ended({ type: "file_change", changes: [], status: "failed" });
    for (const text of ["Done.", "HALT: nothing works here"]) {
      const { end, usage, events } = replay([begin, ran(BWRAP, 1), patch, ran(BWRAP, 1), say(text), completed()]);
      expect(end).toMatchObject({
        kind: "failed",
        cause: "config",
        message: expect.stringMatching(/"permissions: full".*: bwrap: No permissions to create a new namespace$/),
      });
      expect(usage.outputTokens).toBe(3);
      expect(events.filter(({ t }) => t === "finished")).toEqual([]);
    }
  });

  test("a command that did not start among others that did is noted", () => {
    const { notes, end } = replay([begin, ran("", 0), ran(BWRAP, 1), say("Done."), completed()]);
    expect(end).toEqual({ kind: "finished" });
    expect(notes).toEqual([`Codex's sandbox did not start for a command: ${BWRAP.trim()}`]);
  });

  test("one command or patch that went through proves the sandbox, a search on the web does not", () => {
    const edit = ended({ type: "file_change", changes: [] });
    for (const proof of [ran("1 failed\n", 1), ran("", 0), edit]) {
      expect(replay([begin, ran(BWRAP, 1), proof, say("Done."), completed()]).end).toEqual({ kind: "finished" });
    }
    const search = ended({ type: "web_search", query: "q" });
    expect(replay([begin, ran(BWRAP, 1), search, completed()]).end).toMatchObject({ cause: "config" });
  });
});

describe("counting", () => {
  test.each([
    [undefined, NO_USAGE],
    ["many", NO_USAGE],
    [{}, NO_USAGE],
    [{ input_tokens: -1, output_tokens: "3", cached_input_tokens: null }, NO_USAGE],
    [
      { input_tokens: 5, output_tokens: 1 },
      { ...NO_USAGE, inputTokens: 5, outputTokens: 1 },
    ],
    [
      { input_tokens: 5, cached_input_tokens: 9 },
      { ...NO_USAGE, inputTokens: 0, cachedTokens: 9 },
    ],
  ])("usage %j", (usage, expected) => {
    const parser = createCodexParser();
    parser.line(JSON.stringify({ type: "turn.completed", usage }));
    expect(parser.end({ status: 0 }).usage).toEqual(expected);
  });

  test("the last total is the thread's: totals are never added up", () => {
    const more = { input_tokens: 30, cached_input_tokens: 10, output_tokens: 6 };
    expect(replay([begin, turn, completed(), turn, completed(more)]).usage).toEqual({
      inputTokens: 20,
      outputTokens: 6,
      cachedTokens: 10,
      usd: null,
    });
  });
});

describe("lines that nobody expects", () => {
  test.each([
    "plain words",
    "{",
    '{"type":"item.completed","it',
    "[1]",
    "null",
    "{}",
    '{"type":"brand_new","x":1}',
    '{"type":"item.completed","item":{"type":"brand_new"}}',
    '{"type":"item.started"}',
    "\uFFFD\uFFFD{",
  ])("%s is unknown and changes nothing", (line) => {
    const { events, end } = replay([begin, line, say("Done."), completed()]);
    expect(events.filter(({ t }) => t === "unknown")).toHaveLength(1);
    expect(end).toEqual({ kind: "finished" });
  });

  test("a line of several megabytes is read, and what is kept of it is bounded", () => {
    const text = `${"x".repeat(6_000_000)}\nHALT: too much`;
    const output = "y".repeat(8_000_000);
    const { end, closingText, lastLines, events } = replay([begin, ran(output, 0), say(text), completed()]);
    expect(end).toEqual({ kind: "halted", reason: "too much" });
    expect(closingText.length).toBeLessThan(2_200_000);
    expect(lastLines.join("").length).toBeLessThan(41_000);
    expect(JSON.stringify(events.filter(({ t }) => t !== "text" && t !== "finished")).length).toBeLessThan(2_000);
  });

  test("thousands of tools that never end, and of denials, are held in bounds and told on", () => {
    const lines = Array.from({ length: 3_000 }, (_, i) => [
      started({ ...shell("ls"), id: `s${i}` }),
      ended({ ...shell(`rm ${i}`), id: `d${i}`, status: "declined" }),
    ]).flat();
    const { events, notes } = replay([...lines, completed()]);
    expect(events.filter(({ t }) => t === "denied")).toHaveLength(3_000);
    expect(notes?.join("")).toContain("and 995 more");
  });

  test("any bytes cut anywhere never throw, and the same bytes mean the same", () => {
    const good = [begin, turn, say("é \u{1f600}"), started(shell("ls")), ran("x", 0), say("Done."), completed()];
    expectTheSameOfAnyBytes(createCodexParser, good);
  });

  test("values of any other kind in known places never throw", () => {
    const types = ["thread.started", "turn.started", "item.started", "item.completed", "turn.completed", "turn.failed"];
    const items = ["agent_message", "command_execution", "file_change", "mcp_tool_call", "web_search", "error"];
    const any = fc.oneof(fc.jsonValue(), fc.constantFrom("failed", "declined", "bwrap: x"));
    const fields = ["id", "text", "command", "aggregated_output", "exit_code", "status", "changes", "error", "message"];
    const item = fc
      .tuple(fc.constantFrom(...items), fc.dictionary(fc.constantFrom(...fields), any))
      .map(([type, rest]) => ({ ...rest, type }));
    const line = fc
      .tuple(
        fc.constantFrom(...types, "error"),
        fc.oneof(item, any),
        fc.dictionary(fc.constantFrom("thread_id", "usage", "error", "message"), any),
      )
      .map(([type, told, rest]) => ({ ...rest, type, item: told }));
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        expect(replay(lines).end.kind).toBeTypeOf("string");
      }),
      { numRuns: 300 },
    );
  });
});
