import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createAcpParser } from "../../../src/core/agents/acp/acp-parser.ts";
import { type BridgeEnd, BridgeStage, type RunningBridge, until } from "./bridge-under-test.ts";

const AGENT = join(import.meta.dirname, "scripted-agent.mjs");
const GOOD_END = { answer: { stopReason: "end_turn" } };

let stage: BridgeStage;
beforeEach(() => {
  stage = new BridgeStage();
});
afterEach(() => stage.remove());

const start = (script: object, request: object = {}): RunningBridge => {
  const command = [process.execPath, AGENT, JSON.stringify({ prompts: [], ...script })];
  return stage.start(["acp", JSON.stringify({ command, permission: "edit", gates: [], ...request })]);
};

const run = (script: object, request?: object): Promise<BridgeEnd> => start(script, request).end(createAcpParser());

const execute = (command: string) => ({ toolCallId: command, kind: "execute", title: "x", rawInput: { command } });
const edit = (path: string) => ({ toolCallId: path, kind: "edit", title: "x", locations: [{ path }] });

/** What was answered to each permission question. */
const chosen = (): unknown[] =>
  stage.received().map(({ result }) => (result as { outcome: { optionId?: string } }).outcome.optionId);

describe("a turn", () => {
  test("says and does things in their order, whatever stands between the messages", async () => {
    const { turn, stdout, stderr, status } = await run({
      prompts: [
        [
          { say: "First I " },
          { raw: "a line of a logger\n{broken\n[1]\n\n" },
          { say: "look.\nThen" },
          {
            update: { sessionUpdate: "tool_call", toolCallId: "1", title: "bash", kind: "execute", status: "pending" },
          },
          {
            update: {
              sessionUpdate: "tool_call_update",
              ...{ toolCallId: "1", status: "in_progress", rawInput: { command: "ls" } },
            },
          },
          { update: { sessionUpdate: "tool_call_update", toolCallId: "1", status: "completed" } },
          { update: { sessionUpdate: "usage_update", cost: { amount: 0.5, currency: "USD" } } },
          { stranger: { sessionUpdate: "agent_message_chunk", content: { type: "text", text: "HALT: not mine" } } },
          { say: "Done.\nAll tests pass." },
          {
            answer: {
              stopReason: "end_turn",
              usage: { inputTokens: 5, outputTokens: 7, cachedReadTokens: 3, cachedWriteTokens: 2, totalTokens: 17 },
            },
          },
        ],
      ],
    });
    expect(status).toBe(0);
    expect(stderr).toContain("a line of a logger");
    expect(stdout.split("\n").map((line) => (line === "" ? "" : JSON.parse(line).t))).toEqual([
      ...["session", "text", "text", "tool-start", "tool-end", "text", "text", "usage", "finished", ""],
    ]);
    expect(turn).toMatchObject({
      end: { kind: "finished" },
      session: "s-1",
      finalText: "Done.\nAll tests pass.",
      usage: { inputTokens: 7, outputTokens: 7, cachedTokens: 3, usd: 0.5 },
    });
    expect(stage.received("session/new")).toMatchObject([{ params: { cwd: stage.folder, mcpServers: [] } }]);
    expect(stage.received("session/prompt")).toMatchObject([
      { params: { prompt: [{ type: "text", text: "Do it." }] } },
    ]);
  });

  test("a line of megabytes is read like any other", async () => {
    const { turn } = await run({ prompts: [[{ long: 5_000_000 }, { say: "\nHALT: enough" }, GOOD_END]] });
    expect(turn.end).toEqual({ kind: "halted", reason: "enough" });
  });

  test.each([
    ["max_tokens", "context"],
    ["max_turn_requests", "turn-limit"],
    ["refusal", "other"],
    ["cancelled", "cancelled"],
    ["sunset", "other"],
  ])("one that stops for %s has failed: %s", async (stopReason, cause) => {
    const { turn } = await run({ prompts: [[{ say: "well" }, { answer: { stopReason } }]] });
    expect(turn.end).toMatchObject({ kind: "failed", cause });
  });

  test("an error of a provider is told by its status, and what was said before explains it", async () => {
    const { turn } = await run({ prompts: [[{ say: "Try later." }, { error: { code: 429, message: "no more" } }]] });
    expect(turn.end).toEqual({
      kind: "failed",
      cause: "rate-limit",
      message: "the agent reported an error: no more; Try later.",
    });
  });

  test("a good end without a word is none", async () => {
    const { turn } = await run({ prompts: [[GOOD_END]] });
    expect(turn.end).toMatchObject({ kind: "failed", cause: "other" });
  });

  test("a crash in the middle is told with its exit status", async () => {
    const { turn } = await run({ prompts: [[{ say: "one moment" }, { exit: 3 }]] });
    expect(turn.end).toMatchObject({ kind: "failed", cause: "exit" });
    expect(turn.end).toHaveProperty("message", expect.stringContaining("(exit status 3)"));
  });

  test("a program that is not there is named", async () => {
    const { turn } = await run({}, { command: ["no-such-agent"] });
    expect(turn.end).toMatchObject({
      ...{ kind: "failed", cause: "missing-program" },
      message: "the program no-such-agent was not found",
    });
  });

  test("an agent of another protocol is refused", async () => {
    const { turn } = await run({ initialize: { protocolVersion: 2 } });
    expect(turn.end).toMatchObject({ kind: "failed", cause: "config" });
  });
});

describe("sessions", () => {
  test("one that needs a login says which there are", async () => {
    const { turn } = await run({
      initialize: { authMethods: [{ id: "a", name: "Log in with A" }] },
      fails: { "session/new": { code: -32_000, message: "Authentication required" } },
    });
    expect(turn.end).toMatchObject({ kind: "failed", cause: "auth" });
    expect(turn.end).toHaveProperty("message", expect.stringContaining("(it knows: Log in with A)"));
  });

  test("one is continued without repeating it where the agent can", async () => {
    const { turn } = await run(
      {
        initialize: { agentCapabilities: { loadSession: true, sessionCapabilities: { resume: {} } } },
        prompts: [[{ say: "On we go." }, GOOD_END]],
      },
      { session: "s-1" },
    );
    expect(turn).toMatchObject({ end: { kind: "finished" }, session: "s-1" });
    expect(stage.received("session/resume")).toMatchObject([{ params: { sessionId: "s-1", cwd: stage.folder } }]);
    expect(stage.received("session/load")).toEqual([]);
  });

  test("what a continued session repeats of itself is no part of the turn, nor is what it cost before", async () => {
    const { turn, stdout } = await run(
      {
        initialize: { agentCapabilities: { loadSession: true } },
        prompts: [
          [
            { update: { sessionUpdate: "usage_update", cost: { amount: 9, currency: "USD" } } },
            { say: "On we go." },
            GOOD_END,
          ],
        ],
      },
      { session: "s-1" },
    );
    expect(turn).toMatchObject({ end: { kind: "finished" }, finalText: "On we go.", usage: { usd: null } });
    expect(stdout).not.toContain("HALT");
  });

  test.each([
    ["an agent that cannot continue any", {}],
    [
      "an agent that no longer has it",
      {
        initialize: { agentCapabilities: { loadSession: true } },
        fails: { "session/load": { code: -32_603, message: "Internal error", data: { details: "No such session" } } },
      },
    ],
  ])("%s lets a fresh one begin", async (_, script) => {
    const { turn } = await run(script, { session: "s-1" });
    expect(turn).not.toHaveProperty("session");
    expect(turn.end).toMatchObject({ kind: "failed", cause: "session-lost" });
  });

  test("a model is set by its name, and one that is not offered is refused with those that are", async () => {
    const configOptions = [{ id: "model", category: "model", options: [{ value: "big" }, { value: "small" }] }];
    const prompts = [[{ say: "ok" }, GOOD_END]];
    expect((await run({ session: { configOptions }, prompts }, { model: "big" })).turn.end.kind).toBe("finished");
    expect(stage.received("session/set_config_option")).toMatchObject([
      { params: { configId: "model", value: "big" } },
    ]);
    expect((await run({ session: { configOptions }, prompts }, { model: "huge" })).turn.end).toMatchObject({
      ...{ cause: "config", message: "the agent offers no model huge; it offers big, small" },
    });
  });

  test("an agent that decides by itself is put into the mode of the level", async () => {
    const modes = { currentModeId: "agent", availableModes: [{ id: "agent" }, { id: "read-only" }] };
    await run({ session: { modes }, prompts: [[{ say: "ok" }, GOOD_END]] }, { permission: "read" });
    expect(stage.received("session/set_mode")).toMatchObject([{ params: { modeId: "read-only" } }]);
  });
});

describe("permissions", () => {
  const asked = [
    { permission: { toolCallId: "r", kind: "read", locations: [{ path: "/etc/hosts" }] } },
    { permission: execute("git log --oneline | head -2") },
    { permission: edit("src/a.js") },
    { permission: edit("/etc/hosts") },
    { permission: execute("npm test") },
    { permission: execute("git add -A && git commit -m 'a; b'") },
    { permission: execute("npm test && rm -rf /") },
    { permission: { toolCallId: "f", kind: "fetch", rawInput: { url: "http://localhost" } } },
    { say: "That is all." },
    GOOD_END,
  ];
  const [yes, no] = ["allow_once", "reject_once"];

  test.each([
    ["read", [yes, yes, no, no, no, no, no, no]],
    ["edit", [yes, yes, yes, no, yes, yes, no, no]],
    ["full", [yes, yes, yes, yes, yes, yes, yes, yes]],
  ])("at the level %s", async (permission, answers) => {
    const { turn, stdout } = await run({ prompts: [asked] }, { permission, gates: ["npm test"] });
    expect(turn.end).toEqual({ kind: "finished" });
    expect(chosen()).toEqual(answers);
    const denied = answers.filter((answer) => answer === no).length;
    expect(stdout.split("\n").filter((line) => line.includes('"t":"denied"'))).toHaveLength(denied);
    expect(turn.notes).toHaveLength(denied > 0 ? 1 : 0);
  });

  test("an agent that stops after a refusal has not finished", async () => {
    const { turn } = await run({ prompts: [[{ say: "I try." }, { permission: execute("rm -rf /") }, GOOD_END]] });
    expect(turn.end).toEqual({
      ...{ kind: "failed", cause: "other", message: "the agent gave up, not allowed: Run rm -rf /" },
    });
  });
});

describe("files", () => {
  const file = (method: "read" | "write", path: string, more: object = {}) => ({
    request: { method: `fs/${method}_text_file`, params: { path, ...more } },
  });

  test("are read and written for an agent that asks for it, within its folder alone", async () => {
    writeFileSync(join(stage.folder, "old.txt"), "one\ntwo\nthree\n");
    mkdirSync(join(stage.folder, ".git"));
    writeFileSync(join(stage.base, "outside.txt"), "secret");
    symlinkSync(stage.base, join(stage.folder, "link"));
    const { turn } = await run({
      prompts: [
        [
          file("read", join(stage.folder, "old.txt"), { line: 2, limit: 1 }),
          file("write", join(stage.folder, "new/file.txt"), { content: "new\n" }),
          file("read", join(stage.folder, "none.txt")),
          file("read", join(stage.folder, "link/outside.txt")),
          file("write", join(stage.folder, "../outside.txt"), { content: "mine" }),
          file("write", join(stage.folder, ".git/config"), { content: "mine" }),
          { say: "Done." },
          GOOD_END,
        ],
      ],
    });
    const [read, write, none, ...refused] = stage.received();
    expect(read).toMatchObject({ result: { content: "two" } });
    expect(write).toHaveProperty("result");
    expect(none).toMatchObject({ error: { code: -32_002 } });
    expect(refused).toMatchObject([{ error: {} }, { error: {} }, { error: {} }]);
    expect(readFileSync(join(stage.folder, "new/file.txt"), "utf8")).toBe("new\n");
    expect(readFileSync(join(stage.base, "outside.txt"), "utf8")).toBe("secret");
    expect(turn.notes).toHaveLength(1);
  });

  test("are not written where nothing may be", async () => {
    const write = file("write", join(stage.folder, "new.txt"), { content: "new" });
    await run({ prompts: [[write, { say: "Done." }, GOOD_END]] }, { permission: "read" });
    expect(stage.received()).toMatchObject([{ error: {} }]);
  });
});

describe("messages", () => {
  test("one in the middle cancels the prompt and is the next of the same session", async () => {
    const bridge = start({
      prompts: [
        [{ say: "HALT: this is past\n" }, { untilCancelled: 0 }, { answer: { stopReason: "cancelled" } }],
        [{ say: "I have it." }, GOOD_END],
      ],
    });
    await bridge.printed("this is past");
    stage.send("1", "Another word.");
    const { turn } = await bridge.end(createAcpParser());
    expect(turn).toMatchObject({ end: { kind: "finished" }, finalText: "I have it." });
    expect(stage.isTaken("1")).toBe(true);
    expect(stage.received("session/prompt")[1]).toMatchObject({
      params: { sessionId: "s-1", prompt: [{ type: "text", text: "Another word." }] },
    });
  });

  test("those that wait at first go with the prompt, in the order of their names, and never twice", async () => {
    stage.send("2", "two");
    stage.send("1", "one");
    stage.send("0", "zero");
    writeFileSync(join(stage.turnDirectory, "messages", "0.taken"), "");
    writeFileSync(join(stage.turnDirectory, "messages", "3.json"), "{cut");
    await run({ prompts: [[{ say: "ok" }, GOOD_END]] });
    const texts = ["Do it.", "one", "two"].map((text) => ({ type: "text", text }));
    expect(stage.received("session/prompt")).toMatchObject([{ params: { prompt: texts } }]);
    expect(["1", "2"].map((id) => stage.isTaken(id))).toEqual([true, true]);
  });

  test("an agent that answers the cancelling with an error gets the message all the same", async () => {
    const bridge = start({
      prompts: [
        [{ say: "busy\n" }, { untilCancelled: 0 }, { error: { code: -32_800, message: "cancelled" } }],
        [{ say: "I have it." }, GOOD_END],
      ],
    });
    await bridge.printed("busy");
    stage.send("1", "Another word.");
    expect((await bridge.end(createAcpParser())).turn.end).toEqual({ kind: "finished" });
  });
});

describe("stopping", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("%s cancels the prompt and ends the agent", async (signal) => {
    const bridge = start({
      prompts: [[{ say: "busy\n" }, { untilCancelled: 0 }, { answer: { stopReason: "cancelled" } }]],
    });
    await bridge.printed("busy");
    bridge.signal(signal);
    const { turn, status } = await bridge.end(createAcpParser());
    expect(status).toBe(0);
    expect(turn).toMatchObject({ end: { kind: "failed", cause: "cancelled" }, session: "s-1" });
    expect(stage.received("session/cancel")).toHaveLength(1);
  });

  test("an agent that neither answers nor leaves is killed", async () => {
    const bridge = start({ ignoresTerm: true, prompts: [[{ say: "busy\n" }, { forever: 0 }]] });
    await bridge.printed("busy");
    const atMs = performance.now();
    bridge.signal("SIGTERM");
    expect((await bridge.end(createAcpParser())).turn.end).toMatchObject({ cause: "cancelled" });
    expect(performance.now() - atMs).toBeLessThan(3_000);
  });

  test("one that says nothing at all can be stopped, too", async () => {
    const bridge = start({ hangs: "initialize" });
    await until(
      () => {
        try {
          return stage.received("initialize").length > 0;
        } catch {
          return false;
        }
      },
      () => "the agent was not started",
    );
    bridge.signal("SIGTERM");
    expect((await bridge.end(createAcpParser())).turn.end).toMatchObject({ cause: "cancelled" });
  });
});
