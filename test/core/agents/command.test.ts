import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AgentExit, ParsedTurn } from "../../../src/core/agents/agent.ts";
import { describeAgent } from "../../../src/core/agents/agents.ts";
import { createCommandParser } from "../../../src/core/agents/command/command-parser.ts";
import { agentProfileSchema } from "../../../src/core/model/config.ts";
import { UserError } from "../../../src/core/model/user-error.ts";

const parse = (output: string, exit: AgentExit = { status: 0 }): ParsedTurn => {
  const parser = createCommandParser();
  for (const line of output.split("\n")) parser.line(line);
  return parser.end(exit);
};

describe("how a turn of a command ended", () => {
  test.each([
    ["nothing at all", "", { kind: "finished" }],
    ["plain text", "working\n\nall done", { kind: "finished" }],
    [
      "a halt with its paragraph",
      "ok\n\nHALT: no database\nask ops",
      { kind: "halted", reason: "no database\nask ops" },
    ],
    ["a coloured halt", "\u001b[31mHALT: red\u001b[0m", { kind: "halted", reason: "red" }],
    ["a bold halt", "**HALT:** x", { kind: "halted", reason: "x" }],
    ["a halt without a reason", "HALT:", { kind: "halted", reason: "the agent gave no reason" }],
    ["a halt followed by blank lines", "HALT: x\n\n\n", { kind: "halted", reason: "x" }],
    ["a halt that was said before the final text", "HALT: maybe\n\nfound it, done", { kind: "finished" }],
    ["a halt in quoted code", "it said:\n```\nHALT: x\n```\nand works now", { kind: "finished" }],
    ["a halt after code that is never closed", "```json\n{}\nHALT: x", { kind: "halted", reason: "x" }],
    ["a halt after quoted code", "~~~\nQUESTION: x\n~~~\nHALT: y", { kind: "halted", reason: "y" }],
    ["HALT within a line", "I need not HALT: all fine", { kind: "finished" }],
    ["a question before a block", "QUESTION: A or B?\n```json\n{}\n```", { kind: "question", question: "A or B?" }],
    ["a halt and a question", "QUESTION: a?\nHALT: b", { kind: "halted", reason: "b" }],
    ["already done", "looked\nALREADY_DONE", { kind: "already-done" }],
    ["a sentence about already done", "ALREADY_DONE is not true here", { kind: "finished" }],
    [
      "a question in `finished`",
      '{"t":"finished","text":"so\\n\\nQUESTION: which?"}',
      { kind: "question", question: "which?" },
    ],
    [
      "a halt in a text event",
      '{"t":"text","text":"HALT: x"}\n{"t":"tool-end","id":1}',
      { kind: "halted", reason: "x" },
    ],
    [
      "a halt before a tool and more text",
      '{"t":"text","text":"HALT: x"}\n{"t":"tool-start"}\nfine',
      { kind: "finished" },
    ],
  ])("%s", (_, output, end) => expect(parse(output).end).toEqual(end));

  test.each([
    ["exit status 75", "later", { status: 75 }, "temporary"],
    ["another exit status", "boom", { status: 3 }, "exit"],
    ["a missing program is told by the job", "", { status: 127 }, "exit"],
    ["a full disk", "write: No space left on device", { status: 1 }, "disk-full"],
    ["a signal that was not ours", "", { status: null, signal: "SIGKILL" }, "other"],
    ["a question and then a crash", "QUESTION: a?", { status: 1 }, "exit"],
    ["a failure of its own telling", '{"t":"failed","cause":"rate-limit","message":"m"}', { status: 0 }, "rate-limit"],
    ["a failure with an unknown cause", '{"t":"failed","cause":"moon"}', { status: 1 }, "other"],
  ])("%s is a failure", (_, output, exit, cause) =>
    expect(parse(output, exit).end).toMatchObject({ kind: "failed", cause }),
  );

  test("a bad exit after a halt is the halt, a full disk that was only mentioned is none", () => {
    expect(parse("HALT: x", { status: 1 }).end).toEqual({ kind: "halted", reason: "x" });
    expect(parse("handles ENOSPC now").end).toEqual({ kind: "finished" });
  });

  test("a failure carries the last lines and the time at which the provider works again", () => {
    expect(parse("one\ntwo", { status: 2 }).end).toMatchObject({
      message: "the agent ended with exit status 2\none\ntwo",
    });
    const end = parse('{"t":"failed","cause":"rate-limit","message":"wait","untilMs":1700000000000}').end;
    expect(end).toEqual({ kind: "failed", cause: "rate-limit", message: "wait", untilMs: 1_700_000_000_000 });
  });

  test("one that finished after a failure finished", () => {
    expect(parse('{"t":"failed","message":"m"}\n{"t":"finished"}').end).toEqual({ kind: "finished" });
  });
});

describe("events", () => {
  test("text and event lines may be mixed, and what is not understood is kept as such", () => {
    const parser = createCommandParser();
    expect(parser.line("plain")).toEqual([{ t: "text", text: "plain" }]);
    expect(parser.line('{"t":"tool-start","id":7,"name":"Edit","detail":"a.ts"}')).toEqual([
      { t: "tool-start", id: "7", name: "Edit", detail: "a.ts" },
    ]);
    expect(parser.line('{"t":"tool-end","id":"7","ok":false}')).toEqual([{ t: "tool-end", id: "7", ok: false }]);
    expect(parser.line('{"t":"denied","name":"Bash","detail":"rm"}')).toEqual([
      { t: "denied", name: "Bash", detail: "rm" },
    ]);
    expect(parser.line('{"t":"notice","text":"one\\ntwo"}')).toEqual([{ t: "notice", text: "one two" }]);
    expect(parser.line('{"t":"dance"}')).toEqual([{ t: "unknown", line: '{"t":"dance"}' }]);
    expect(parser.line('{"t":"text"}')).toEqual([{ t: "unknown", line: '{"t":"text"}' }]);
    expect(parser.line('{"answer":42}')).toEqual([{ t: "text", text: '{"answer":42}' }]);
    expect(parser.line('{"t":"text",')).toEqual([{ t: "text", text: '{"t":"text",' }]);
    expect(parser.line("[1]")).toEqual([{ t: "text", text: "[1]" }]);
    expect(parser.line("  ")).toEqual([]);
  });

  test("usage adds up, and what is not said stays unknown", () => {
    const turn = parse('{"t":"usage","inputTokens":10,"usd":0.5}\n{"t":"usage","input_tokens":5,"output_tokens":-1}');
    expect(turn.usage).toEqual({ inputTokens: 15, outputTokens: null, cachedTokens: null, usd: 0.5, usdIsPart: true });
    expect(parse("hello").usage.inputTokens).toBeNull();
  });

  test("a session is kept, one that could be an option or hold control characters is not", () => {
    expect(parse('{"t":"session","id":"abc-1"}').session).toBe("abc-1");
    for (const id of ["-rf", "--resume", "a\\u0000b", "a b", ""]) {
      expect(parse(`{"t":"session","id":"${id}"}`)).not.toHaveProperty("session");
    }
  });

  test("nothing makes the parser throw", () => {
    const line = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc
        .record({ t: fc.constantFrom("text", "usage", "session", "finished", "failed", "tool-start", "tool-end", "x") })
        .chain((base) =>
          fc
            .jsonValue()
            .map((value) => JSON.stringify({ ...base, id: value, text: value, message: value, usd: value })),
        ),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => void parse(lines.join("\n"))),
      { numRuns: 500 },
    );
  });
});

describe("bounds", () => {
  test("final text holds 200 lines, the last lines are 20, and the closing text reaches further back", () => {
    const parser = createCommandParser();
    for (let i = 0; i < 3_000; i++) parser.line(`line ${i}`);
    const turn = parser.end({ status: 0 });
    expect(turn.finalText.split("\n")).toHaveLength(200);
    expect(turn.lastLines).toHaveLength(20);
    expect(turn.lastLines.at(-1)).toBe("line 2999");
    expect(turn.closingText.split("\n")).toHaveLength(3_000);
  });

  test("a flood of long lines leaves little in memory", () => {
    const parser = createCommandParser();
    const line = "x".repeat(100_000);
    for (let i = 0; i < 500; i++) parser.line(line);
    const turn = parser.end({ status: 0 });
    expect(turn.finalText.length).toBeLessThan(300_000);
    expect(turn.closingText.length).toBeLessThan(1_200_000);
    expect(turn.lastLines.join("").length).toBeLessThan(50_000);
  });
});

describe("the description", () => {
  const profile = agentProfileSchema.parse({ cli: "command", command: ["/opt/bin/agent", "--fast"] });

  test("starts the program with the prompt on stdin", () => {
    const call = describeAgent("command").call({ profile, prompt: "do it", permission: "edit" });
    expect(call).toEqual({ command: ["/opt/bin/agent", "--fast"], input: "do it", env: {} });
    expect(describeAgent("command").provider(profile)).toBe("command agent");
  });

  test("a command agent without a command is for the user to put right", () => {
    const bare = agentProfileSchema.parse({ cli: "command" });
    expect(() => describeAgent("command").call({ profile: bare, prompt: "", permission: "edit" })).toThrow(UserError);
  });
});
