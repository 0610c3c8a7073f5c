import { describe, expect, test } from "vitest";
import { createGeminiParser } from "../../../src/core/agents/gemini/gemini-parser.ts";
import type { TurnEnd } from "../../../src/core/model/turn.ts";
import { type RecordedTurn, Recordings, testEach } from "../../support/recordings.ts";

const recordings = new Recordings("gemini", createGeminiParser);
const replay = recordings.replay.bind(recordings);

const FINISHED: TurnEnd = { kind: "finished" };
const failed = (cause: string) => ({ kind: "failed", cause });
const LOST_DATABASE = {
  kind: "halted",
  reason: "story 1-3 asks for a database, but the architecture names none. I need a decision before I can go on.",
};

/** Of every recording: how it ended, input that no cache served, output with reasoning, cache reads. */
const RECORDINGS: Readonly<Record<string, RecordedTurn>> = {
  "allow-policy": [FINISHED, 3900, 140, 0],
  "auth-none": [failed("auth")],
  auth400: [failed("auth"), 0, 0, 0],
  "bg-child": [FINISHED, 1250, 35, 0],
  "deny-untrusted": [failed("config")],
  // The model had begun to answer, so the zeros of its result are no count.
  "drop-once": [failed("network")],
  halt: [LOST_DATABASE, 1650, 100, 0],
  "hang-mid": [FINISHED, 1500, 70, 0],
  loop: [failed("loop"), 20_000, 1600, 0],
  "max-tokens": [FINISHED, 500, 8000, 0],
  "max-turns": [failed("turn-limit"), 10_000, 800, 0],
  "parallel-a": [FINISHED, 2820, 195, 3600],
  "parallel-b": [FINISHED, 2970, 170, 3300],
  "parallel-race": [failed("temporary")],
  "rate429-then-ok": [FINISHED, 2820, 195, 3600],
  "relaunch-sigterm": [failed("other")],
  resume: [FINISHED, 820, 70, 3500],
  "resume-after-sigterm-tool": [FINISHED, 820, 70, 3500],
  "resume-unknown": [failed("session-lost")],
  "sigint-tool": [failed("cancelled")],
  "sigkill-group-tool": [failed("other")],
  "sigterm-stream": [failed("cancelled")],
  "sigterm-tool": [failed("cancelled")],
  success: [FINISHED, 2820, 195, 3600],
  "tests-fail": [FINISHED, 2550, 100, 0],
  "too-long": [failed("context"), 0, 0, 0],
};

describe.skipIf(!recordings.areThere)("recorded runs (skipped without the folder STORYBOARD_TRANSCRIPTS)", () => {
  testEach(recordings, RECORDINGS, ({ events }) => expect(events.filter((event) => event.t === "denied")).toEqual([]));

  test.each(["success", "halt", "loop"])("%s cut off at any byte is a failure unless its result was whole", (name) => {
    const bytes = recordings.bytes(name);
    const initEnd = bytes.indexOf(0x0a);
    for (let end = 0; end < bytes.length - 1; end += 7) {
      const { turn } = replay(name, (all) => [all.subarray(0, end)]);
      expect(turn.end.kind).toBe("failed");
      expect(turn.session === undefined).toBe(end < initEnd);
    }
  });

  test("what a person reads says what happened and what to do, without what is always on stderr", () => {
    const messageOf = (name: string) => {
      const { end } = replay(name).turn;
      return end.kind === "failed" ? end.message : undefined;
    };
    expect(messageOf("auth-none")).toBe(
      "Gemini CLI has no valid login (start gemini once and log in, or set GEMINI_API_KEY): When using Gemini API, you must specify the GEMINI_API_KEY environment variable.\nUpdate your environment and try again (no reload needed if using .env)!",
    );
    expect(messageOf("resume-unknown")).toBe(
      "Gemini CLI no longer has the session: Error resuming session: No previous sessions found for this project.",
    );
    expect(messageOf("deny-untrusted")).toMatch(
      /^Gemini CLI refused its settings: .*Gemini CLI is not running in a tr/,
    );
    expect(messageOf("sigterm-tool")).toBe("Gemini CLI was stopped by something other than storyboard: exit status 0");
  });

  test("a recording that continues a session keeps its id", () => {
    expect(replay("resume").turn.session).toBe(replay("success").turn.session);
    expect(replay("resume-unknown").turn.session).toBeUndefined();
  });

  test("pieces become whole texts, tools end, and the prompt that the stream repeats is not heard", () => {
    const { events, turn } = replay("success");
    expect(events.flatMap((event) => (event.t === "text" ? [event.text] : []))).toEqual([
      "I will read story 1-1 and add the greeting module with a test run.",
      "Now the tests.",
      "Story 1-1 is done. All tests pass.",
    ]);
    expect(turn.finalText).toBe("Story 1-1 is done. All tests pass.");
    expect(turn.closingText).not.toContain("Implement story");
    const ids = (t: string) => events.flatMap((event) => (event.t === t && "id" in event ? [event.id] : []));
    expect(ids("tool-start")).toHaveLength(3);
    expect(ids("tool-end")).toEqual(ids("tool-start"));
  });

  test("a loop is told when it is found", () => {
    const notices = replay("loop").events.filter((event) => event.t === "notice");
    expect(notices).toEqual([{ t: "notice", text: "Gemini CLI: Loop detected, stopping execution" }]);
  });
});
