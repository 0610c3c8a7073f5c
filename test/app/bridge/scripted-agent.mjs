// An agent that speaks ACP and does what it is told: its argument is JSON with what it answers to `initialize` and to a new
// or a continued session, and the steps of each prompt. Whatever it receives is logged in the file `received`.
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";

const script = JSON.parse(process.argv[2]);
const answers = new Map();
let cancelled = Promise.withResolvers();
let asked = 0;
let prompts = 0;

const print = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const update = (fields, sessionId = "s-1") =>
  print({ method: "session/update", params: { sessionId, update: fields } });
const ask = (method, params) => {
  const id = `a${asked++}`;
  const answer = Promise.withResolvers();
  answers.set(id, answer.resolve);
  print({ id, method, params: { sessionId: "s-1", ...params } });
  return answer.promise;
};
const OPTIONS = ["allow_once", "allow_always", "reject_once"].map((kind) => ({ optionId: kind, kind, name: kind }));

const steps = {
  say: (text) => update({ sessionUpdate: "agent_message_chunk", content: { type: "text", text } }),
  update,
  stranger: (fields) => update(fields, "s-2"),
  raw: (text) => process.stdout.write(text),
  long: (length) =>
    update({ sessionUpdate: "agent_message_chunk", content: { type: "text", text: "x".repeat(length) } }),
  permission: (toolCall) => ask("session/request_permission", { toolCall, options: OPTIONS }),
  request: ({ method, params }) => ask(method, params),
  untilCancelled: () => cancelled.promise,
  forever: () => new Promise(() => {}),
  exit: (status) => process.exit(status),
};

const play = async (id) => {
  cancelled = Promise.withResolvers();
  for (const step of script.prompts[prompts++] ?? []) {
    const [[name, value]] = Object.entries(step);
    if (name === "answer") print({ id, result: value });
    else if (name === "error") print({ id, error: value });
    else await steps[name](value);
  }
};

if (script.ignoresTerm) process.on("SIGTERM", () => {});
if (script.ignoresTerm) setInterval(() => {}, 1_000);
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params, ...rest } = JSON.parse(line);
  appendFileSync("received", `${JSON.stringify({ method, params, ...rest })}\n`);
  if (method === undefined) answers.get(id)?.(rest);
  else if (script.hangs === method) continue;
  else if (method === "initialize")
    print({ id, result: { protocolVersion: 1, agentInfo: { name: "scripted" }, ...script.initialize } });
  else if (method === "session/prompt") void play(id);
  else if (method === "session/cancel") cancelled.resolve();
  else if (script.fails?.[method]) print({ id, error: script.fails[method] });
  else {
    if (method === "session/load") update({ sessionUpdate: "agent_message_chunk", content: { text: "HALT: old" } });
    print({ id, result: { sessionId: "s-1", ...script.session } });
  }
}
