import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { expect, test } from "vitest";
import type { AgentDesk } from "../../../src/app/mcp/agent-desk.ts";
import { createAgentServer } from "../../../src/app/mcp/agent-server.ts";
import { ownMcpServer } from "../../../src/core/agents/mcp-server.ts";

const open = async (more: Partial<AgentDesk> = {}, hasGates = true) => {
  const said: unknown[] = [];
  const desk: AgentDesk = {
    say: async (words) => {
      said.push(words);
      return { ok: true };
    },
    gate: async (name) => ({ ok: name === "test", text: `CHECK RESULT ${name}` }),
    story: async () => ({ ok: true, text: "{}" }),
    ...more,
  };
  const [serverSide, clientSide] = InMemoryTransport.createLinkedPair();
  const server = createAgentServer(desk, "1.0.0", hasGates);
  const client = new Client({ name: "test", version: "1" });
  await Promise.all([server.connect(serverSide), client.connect(clientSide)]);
  const call = async (name: string, args: Record<string, unknown>) => {
    const { content, isError = false } = await client.callTool({ name, arguments: args });
    return { text: (content as { text: string }[])[0]?.text ?? "", isError };
  };
  return { client, call, said };
};

test("offers the tools that agents are allowed, and gates only where they may be run", async () => {
  for (const hasGates of [true, false]) {
    const { client } = await open({}, hasGates);
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toEqual(ownMcpServer("/sb", {}, hasGates).tools);
  }
});

test("progress, questions with choices and blockers reach the lead; whoever asked is told to end its turn", async () => {
  const { call, said } = await open();
  expect(await call("report_progress", { text: "writing a test", phase: "BUILD" })).toEqual({
    text: "shown",
    isError: false,
  });
  expect((await call("ask", { question: "Which?", choices: ["one", "two"] })).text).toContain("End your turn now");
  expect((await call("report_blocker", { issue: "no key", need: "a key" })).text).toContain("End your turn now");
  expect(said).toEqual([
    { kind: "progress", text: "writing a test", phase: "BUILD" },
    { kind: "question", text: "Which?\n- one\n- two" },
    { kind: "blocker", text: "no key\nNeeded: a key" },
  ]);
});

test("what the lead refuses is an error with its words", async () => {
  const { call } = await open({ say: async () => ({ ok: false, message: "this turn is over" }) });
  for (const [name, args] of [
    ["report_progress", { text: "x" }],
    ["ask", { question: "x" }],
    ["report_blocker", { issue: "x" }],
  ] as const) {
    expect(await call(name, args)).toEqual({ text: "this turn is over", isError: true });
  }
});

test("arguments that are too long, empty or missing are refused before the lead hears of them", async () => {
  const { call, said } = await open();
  expect((await call("ask", { question: "x".repeat(10_001) })).isError).toBe(true);
  expect((await call("ask", { question: "" })).isError).toBe(true);
  expect((await call("ask", { question: "x", choices: Array.from({ length: 21 }, () => "c") })).isError).toBe(true);
  expect((await call("report_progress", {})).isError).toBe(true);
  expect(said).toEqual([]);
});

test("a gate's result is its text; one that is not green is an error; its progress is told, and giving up reaches it", async () => {
  let signal: AbortSignal | undefined;
  const { call, client } = await open({
    gate: async (name, given, onProgress) => {
      signal = given;
      onProgress({ kind: "queued", name, ahead: 2 });
      onProgress({ kind: "running", name, lines: ["one", "two"] });
      if (name === "slow") await new Promise(() => {});
      return { ok: name === "test", text: `CHECK RESULT ${name}` };
    },
  });
  expect(await call("run_gate", { name: "test" })).toEqual({ text: "CHECK RESULT test", isError: false });
  expect(await call("run_gate", { name: "lint" })).toEqual({ text: "CHECK RESULT lint", isError: true });
  const told: (string | undefined)[] = [];
  const stop = new AbortController();
  const waiting = client.callTool({ name: "run_gate", arguments: { name: "slow" } }, undefined, {
    signal: stop.signal,
    onprogress: ({ message }) => void told.push(message),
  });
  while (told.length < 2) await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual(["waits, 2 before it", "two"]);
  stop.abort();
  await expect(waiting).rejects.toThrow();
  await new Promise((resolve) => setImmediate(resolve));
  expect(signal?.aborted).toBe(true);
});
