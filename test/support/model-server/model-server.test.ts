import { afterEach, beforeEach, expect, test } from "vitest";
import type { Step } from "./conversation.ts";
import { ModelServer } from "./model-server.ts";

const ASK = {
  anthropic: {
    path: "/v1/messages",
    body: { model: "m", system: "be good", messages: [{ role: "user", content: "hello" }], tools: [{ name: "Bash" }] },
  },
  responses: {
    path: "/v1/responses",
    body: {
      model: "m",
      instructions: "be good",
      input: [{ type: "message", role: "user", content: [{ type: "input_text", text: "hello" }] }],
      tools: [{ type: "function", name: "exec_command" }],
    },
  },
  chat: {
    path: "/v1/chat/completions",
    body: {
      model: "m",
      messages: [
        { role: "system", content: "be good" },
        { role: "user", content: "hello" },
      ],
      tools: [{ type: "function", function: { name: "bash" } }],
    },
  },
  gemini: {
    path: "/v1beta/models/m:generateContent",
    body: {
      systemInstruction: { parts: [{ text: "be good" }] },
      contents: [{ role: "user", parts: [{ text: "hello" }] }],
      tools: [{ functionDeclarations: [{ name: "run_shell_command" }] }],
    },
  },
} as const;
const WIRES = ["anthropic", "responses", "chat", "gemini"] as const;

let server: ModelServer;

beforeEach(async () => {
  server = new ModelServer();
  await server.open();
});
afterEach(() => server.close());

const thinks = (step: Step): void => server.think("a", () => step);

const ask = (wire: keyof typeof ASK, more: object = {}, signal?: AbortSignal): Promise<Response> =>
  fetch(`${server.url("a")}${ASK[wire].path}`, {
    method: "POST",
    body: JSON.stringify({ ...ASK[wire].body, ...more }),
    ...(signal === undefined ? {} : { signal }),
  });

test.each(WIRES)("a brain hears the same by %s as by all others, and its word arrives", async (wire) => {
  thinks({ do: "say", text: "good day" });
  expect(await (await ask(wire)).text()).toContain("good day");
  expect(server.asked("a")).toMatchObject([
    { wire, model: "m", system: "be good", said: [{ by: "user", text: "hello" }], number: 0, isSide: false },
  ]);
});

test.each(WIRES)("a command becomes a call of the tool that was offered by %s", async (wire) => {
  thinks({ do: "run", command: "echo hi" });
  const answer = await (await ask(wire)).text();
  expect(answer).toContain("echo hi");
  expect(answer).toContain(`"name":"${server.asked("a")[0]?.tools[0]?.name}"`);
});

test("a request that offers no tools is answered without the brain", async () => {
  server.think("a", () => {
    throw new Error("nobody should have asked");
  });
  expect((await ask("chat", { tools: [] })).status).toBe(200);
  expect(server.asked("a")).toEqual([]);
  expect(server.seen("a")).toMatchObject([{ isSide: true }]);
});

test("an error comes with its status, headers and words", async () => {
  thinks({ do: "refuse", status: 429, message: "too much", headers: { "retry-after": "7" } });
  const answer = await ask("anthropic");
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "7"]);
  expect(await answer.json()).toMatchObject({ error: { type: "rate_limit_error", message: "too much" } });
});

test("a model that hangs or breaks off never ends its answer", async () => {
  thinks({ do: "hang" });
  await expect(ask("anthropic", {}, AbortSignal.timeout(200))).rejects.toThrow(/timeout/);
  thinks({ do: "drop" });
  await expect(ask("anthropic")).rejects.toThrow();
  thinks({ do: "break-off", text: "half" });
  await expect(ask("anthropic", { stream: true }).then((answer) => answer.text())).rejects.toThrow();
});

test("a brain that does not know what to do is a trouble that a test can see", async () => {
  thinks({ do: "write", path: "a", text: "b" });
  expect((await ask("anthropic")).status).toBe(400);
  expect(server.troubles).toEqual([expect.stringContaining("no tool to write with among Bash")]);
});

test("it goes away and comes back at the same place", async () => {
  thinks({ do: "say", text: "still here" });
  const before = server.url("a");
  await server.close();
  await expect(ask("chat")).rejects.toThrow();
  await server.open();
  expect(server.url("a")).toBe(before);
  expect(await (await ask("chat")).text()).toContain("still here");
});
