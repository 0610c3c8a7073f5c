import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createClaudeParser } from "../../../src/core/agents/claude/claude-parser.ts";
import { type BridgeEnd, BridgeStage, type RunningBridge } from "./bridge-under-test.ts";

const SESSION = "0badcafe-1111-4222-8333-444455556666";

/** Answers each message with an `init` and a result that repeats it, after what its script does at that one. */
const FAKE_CLAUDE = `#!${process.execPath}
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
const script = JSON.parse(readFileSync("script.json", "utf8"));
const print = (line) => process.stdout.write(JSON.stringify({ session_id: "${SESSION}", ...line }) + "\\n");
if (script.onInterrupt) {
  process.on("SIGINT", () => {
    print({ type: "result", subtype: "error_during_execution", is_error: true, terminal_reason: "aborted_tools" });
    process.exit(script.onInterrupt.status);
  });
}
let count = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { content } = JSON.parse(line).message;
  const step = script.steps[count++] ?? {};
  print({ type: "system", subtype: "init", cwd: process.cwd() });
  print({ type: "assistant", message: { id: "m" + count, content: [{ type: "text", text: "At " + content[0].text }] } });
  if (step.hangs) setInterval(() => {}, 1_000);
  else if (step.exit !== undefined) process.exit(step.exit);
  else if (step.kills) process.kill(process.pid, step.kills);
  else print({ result: "Did " + content[0].text, is_error: false, subtype: "success", queued_turn_count: step.queued ?? 0, type: "result" });
}
process.exitCode = script.status ?? 0;
`;

let stage: BridgeStage;
beforeEach(() => {
  stage = new BridgeStage();
  stage.program("claude", FAKE_CLAUDE);
  // The program has no ending that would say what it is.
  writeFileSync(join(stage.base, "programs", "package.json"), '{"type":"module"}');
});
afterEach(() => stage.remove());

const start = (script: object): RunningBridge => {
  writeFileSync(join(stage.folder, "script.json"), JSON.stringify({ steps: [], ...script }));
  return stage.start(["claude", "-p"]);
};
const endOf = (bridge: RunningBridge): Promise<BridgeEnd> => bridge.end(createClaudeParser());

test("the prompt is the first message, and its result the end", async () => {
  const { status, turn, stdout } = await endOf(start({}));
  expect(status).toBe(0);
  expect(turn).toMatchObject({ end: { kind: "finished" }, finalText: "Did Do it.", session: SESSION });
  expect(stdout.trimEnd().split("\n")).toHaveLength(3);
});

test("a message that comes meanwhile is delivered at once, and its result is the one that counts", async () => {
  const bridge = start({ steps: [{ queued: 1 }] });
  await bridge.printed("Did Do it.");
  stage.send("1", "HALT: now");
  const { status, turn } = await endOf(bridge);
  expect(status).toBe(0);
  expect(stage.isTaken("1")).toBe(true);
  expect(turn).toMatchObject({ end: { kind: "finished" }, finalText: "Did HALT: now" });
});

test("messages that wait at first follow the prompt, in the order of their names", async () => {
  stage.send("b", "two");
  stage.send("a", "one");
  const { turn } = await endOf(start({ steps: [{ queued: 2 }, { queued: 1 }] }));
  expect(turn.finalText).toBe("Did two");
});

test("what comes after the end is left", async () => {
  const bridge = start({});
  await endOf(bridge);
  stage.send("late", "too late");
  expect(stage.isTaken("late")).toBe(false);
});

test("an interrupt goes on to it, and what it then says counts", async () => {
  const bridge = start({ steps: [{ hangs: true }], onInterrupt: { status: 0 } });
  await bridge.printed("At Do it.");
  bridge.signal("SIGINT");
  const { status, turn } = await endOf(bridge);
  expect(status).toBe(0);
  expect(turn.end).toMatchObject({ kind: "failed", cause: "cancelled" });
});

test("its exit status is ours", async () => {
  expect(await endOf(start({ status: 9 }))).toMatchObject({ status: 9, turn: { end: { cause: "exit" } } });
  expect(await endOf(start({ steps: [{ exit: 3 }] }))).toMatchObject({ status: 3, turn: { end: { kind: "failed" } } });
});

test.each(["SIGTERM", "SIGKILL"])("it is killed by %s, and so are we", async (signal) => {
  expect(await endOf(start({ steps: [{ kills: signal }] }))).toMatchObject({ status: null, signal });
});

test("a claude that is not there is a missing program", async () => {
  const { turn } = await endOf(stage.start(["claude"], "Do it.", { PATH: stage.base }));
  expect(turn.end).toEqual({
    ...{ kind: "failed", cause: "missing-program" },
    message: "Claude Code is not there: storyboard: the program claude was not found",
  });
});
