import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createAcpParser } from "../../../src/core/agents/acp/acp-parser.ts";
import { BridgeStage } from "./bridge-under-test.ts";

/** Recorded conversations with real programs, which are no part of the project. */
const FOLDER =
  process.env.STORYBOARD_TRANSCRIPTS ?? resolve(import.meta.dirname, "../../../../shared/agent-transcripts");
const PLAYER = join(import.meta.dirname, "recorded-agent.mjs");
const SESSION_CONTINUED = /\/(?:load|resume)$/;

interface Expected {
  readonly end: object;
  /** Input with cache writes, output, cache reads, dollars. */
  readonly usage?: readonly (number | null)[];
  readonly finalText?: string;
}

const DONE = "Story 1-1 is done. All tests pass.";
const FIXED = "Review point fixed. All tests pass.";
const finished = (finalText: string, ...usage: (number | null)[]): Expected => ({
  end: { kind: "finished" },
  finalText,
  usage,
});
const failed = (cause: string): Expected => ({ end: { kind: "failed", cause } });

const RECORDINGS: Readonly<Record<string, Expected>> = {
  "acp-claude/success": finished(DONE, 2820, 195, 3600, 0.0171),
  "acp-claude/load": finished(FIXED, 820, 70, 3500, null),
  "acp-claude/resume": finished(FIXED, 820, 70, 3500, null),
  "acp-claude/auth403": failed("auth"),
  "acp-claude/cancel-stream": failed("cancelled"),
  "acp-codex/success": finished(DONE, 2820, 195, 3600, null),
  // Codex tells of no command that its sandbox stopped, so nothing parts the first words from the last.
  "acp-codex/load": finished(
    `Continuing: the review asked for a second line in README.md.\n${FIXED}`,
    ...[820, 70, 3500, null],
  ),
  "acp-codex/auth403": failed("auth"),
  "acp-codex/cancel-stream": failed("cancelled"),
  "acp-gemini/success": finished(DONE, 6420, 185, null, null),
  "acp-gemini/load": failed("session-lost"),
  "acp-gemini/auth403": failed("auth"),
  "acp-gemini/cancel-stream": failed("cancelled"),
  "acp-opencode/success": finished(DONE, null, null, null, 0.012464999999999999),
  "acp-opencode/load": finished(FIXED, null, null, null, null),
  // It was stopped by the recorder before it had answered.
  "acp-opencode/auth403": failed("exit"),
  "acp-opencode/cancel-stream": failed("cancelled"),
};

let stage: BridgeStage;
beforeEach(() => {
  stage = new BridgeStage();
});
afterEach(() => stage.remove());

describe.skipIf(!existsSync(FOLDER))("recorded conversations", () => {
  test("all of them are judged here", () => {
    const names = readdirSync(FOLDER)
      .filter((name) => name.startsWith("acp-"))
      .flatMap((agent) => readdirSync(join(FOLDER, agent)).map((file) => `${agent}/${file}`))
      .filter((file) => file.endsWith(".jsonl"));
    expect(names.map((file) => file.replace(/\.jsonl$/, "")).sort()).toEqual(Object.keys(RECORDINGS).sort());
  });

  test.each(Object.entries(RECORDINGS))("%s", async (name, { end, usage, finalText }) => {
    const recording = readFileSync(join(FOLDER, `${name}.jsonl`), "utf8").replaceAll('"/repo', `"${stage.folder}`);
    writeFileSync(join(stage.base, "recording"), recording);
    const session = SESSION_CONTINUED.test(name) ? { session: /"sessionId":"([^"]+)"/.exec(recording)?.[1] } : {};
    const gates = ["sh test.sh"];
    const command = [process.execPath, PLAYER, join(stage.base, "recording")];
    const request = JSON.stringify({ command, permission: "edit", gates, ...session });
    const { turn, stdout } = await stage.start(["acp", request]).end(createAcpParser());
    expect(turn.end).toMatchObject(end);
    if (finalText !== undefined) expect(turn.finalText).toBe(finalText);
    if (usage !== undefined) {
      const { inputTokens, outputTokens, cachedTokens, usd } = turn.usage;
      expect([inputTokens, outputTokens, cachedTokens, usd]).toEqual(usage);
    }
    const count = (type: string): number => stdout.split(`"t":"${type}"`).length - 1;
    expect(count("tool-start")).toBe(count("tool-end"));
  });
});
