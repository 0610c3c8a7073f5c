import { describe, expect, test } from "vitest";
import { createClaudeParser } from "../../../src/core/agents/claude/claude-parser.ts";
import type { TurnEnd } from "../../../src/core/model/turn.ts";
import { type RecordedTurn, Recordings, testEach } from "../../support/recordings.ts";

const recordings = new Recordings("claude", createClaudeParser);
const replay = recordings.replay.bind(recordings);

const FINISHED: TurnEnd = { kind: "finished" };
const failed = (cause: string) => ({ kind: "failed", cause });
const LOST_DATABASE = {
  kind: "halted",
  reason: "story 1-3 asks for a database, but the architecture names none. I need a decision before I can go on.",
};

/** Of every recording: how it ended, input with cache writes, output, cache reads, and the cost of this run alone. */
const RECORDINGS: Readonly<Record<string, RecordedTurn>> = {
  "allow-list": [FINISHED, 2820, 195, 3600, 0.01702],
  "auth-none": [failed("auth"), 0, 0, 0, 0],
  auth401: [failed("auth"), 0, 0, 0, 0],
  "bg-child": [FINISHED, 1250, 35, 0, 0.0057],
  "bidi-interrupt": [failed("cancelled"), 1400, 44, 0, 0.00648],
  "bidi-permission": [FINISHED, 2820, 195, 3600, 0.01702],
  "bidi-two": [FINISHED, 3640, 265, 7100, 0.0224],
  "drop-mid": [failed("network"), 3000, 48, 0, 0.01296],
  "drop-once": [FINISHED, 3820, 211, 3600, 0.02134],
  halt: [LOST_DATABASE, 1650, 100, 0, 0.0086],
  "hang-mid": [FINISHED, 2400, 94, 0, 0.01148],
  "json-out": [FINISHED, 2820, 195, 3600, 0.01702],
  "max-budget": [failed("budget"), 20_000, 1600, 0, 0.112],
  "max-tokens": [FINISHED, 1500, 8050, 0, 0.167],
  "max-turns": [failed("turn-limit"), 10_000, 800, 0, 0.056],
  "no-verbose": [failed("config")],
  "parallel-a": [FINISHED, 2820, 195, 3600, 0.01702],
  "parallel-b": [FINISHED, 2970, 170, 3300, 0.01694],
  partial: [FINISHED, 2820, 195, 3600, 0.01702],
  "rate429-then-ok": [FINISHED, 2820, 195, 3600, 0.01702],
  resume: [FINISHED, 820, 70, 3500, 0.00538],
  "resume-after-sigterm": [FINISHED, 820, 70, 3500, 0.00538],
  "resume-after-sigterm-tool": [FINISHED, 820, 70, 3500, 0.00538],
  "resume-fork": [FINISHED, 820, 70, 3500, 0.00538],
  "resume-unknown": [failed("session-lost"), 0, 0, 0, 0],
  "root-bypass-refused": [failed("config")],
  "sigint-tool": [failed("cancelled"), 600, 25, 0, 0.0029],
  // Cut off before any result: what the requests sent is known, what came back is not.
  "sigkill-group-tool": [failed("other"), 600, null, 0],
  "sigterm-stream": [failed("cancelled"), 500, null, 0],
  "sigterm-tool": [failed("cancelled"), 600, null, 0],
  subagent: [FINISHED, 3600, 125, 0, 0.0169],
  success: [FINISHED, 2820, 195, 3600, 0.01702],
  "tests-fail": [FINISHED, 2550, 100, 0, 0.0122],
  "too-long": [failed("context"), 0, 0, 0, 0],
};

describe.skipIf(!recordings.areThere)("recorded runs (skipped without the folder STORYBOARD_TRANSCRIPTS)", () => {
  testEach(recordings, RECORDINGS);

  test("cut off at any byte, a recording is a failure unless its result was whole", () => {
    const bytes = recordings.bytes("success");
    const resultAt = bytes.subarray(0, -1).lastIndexOf(0x0a);
    for (let end = 0; end < bytes.length - 1; end += 37) {
      const { turn } = replay("success", (all) => [all.subarray(0, end)]);
      expect(turn.end.kind).toBe("failed");
      if (end > resultAt) expect(turn.session).toBe("dc9705b1-4d25-48d4-b276-3465e7b8a9e0");
    }
  });

  test("a recording that continues a session keeps its id, and a lost one is not kept", () => {
    expect(replay("resume").turn.session).toBe(replay("success").turn.session);
    expect(replay("resume-unknown").turn.session).toBeUndefined();
  });

  test("every tool that starts ends, a sub-agent's too, and its words are not the turn's", () => {
    const { events, turn } = replay("subagent");
    const ids = (t: string) => events.flatMap((event) => (event.t === t && "id" in event ? [event.id] : []));
    expect(ids("tool-start")).toHaveLength(2);
    expect(ids("tool-end").sort()).toEqual(ids("tool-start").sort());
    expect(turn.finalText).toBe("The helper found two files. All tests pass.");
    expect(turn.closingText).not.toContain("List the files");
  });

  test("refused actions are told once each, and noted though the turn ended well", () => {
    const { events, turn } = replay("bidi-permission");
    expect(events.filter((event) => event.t === "denied")).toEqual([
      { t: "denied", name: "Bash", detail: "sh test.sh" },
      { t: "denied", name: "Bash", detail: expect.stringContaining("git add -A") },
    ]);
    expect(turn.notes).toEqual([expect.stringMatching(/^the agent was not allowed: Bash sh test\.sh; Bash git add/)]);
  });

  test("retries are told while they go on", () => {
    const notices = replay("auth401").events.flatMap((event) => (event.t === "notice" ? [event.text] : []));
    expect(notices).toHaveLength(10);
    expect(notices[0]).toBe("Claude does not answer (authentication_failed 401), try 1 of 10");
  });
});
