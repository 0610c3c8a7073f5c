import { describe, expect, test } from "vitest";
import { createOpencodeParser } from "../../../src/core/agents/opencode/opencode-parser.ts";
import type { TurnEnd } from "../../../src/core/model/turn.ts";
import { type RecordedTurn, Recordings, testEach } from "../../support/recordings.ts";

const recordings = new Recordings("opencode", createOpencodeParser);
const replay = recordings.replay.bind(recordings);

const FINISHED: TurnEnd = { kind: "finished" };
const failed = (cause: string) => ({ kind: "failed", cause });
const LOST_DATABASE = {
  kind: "halted",
  reason: "story 1-3 asks for a database, but the architecture names none. I need a decision before I can go on.",
};

/** Of every recording: how it ended, input without the cache, output with reasoning, cache reads, and the cost. */
const RECORDINGS: Readonly<Record<string, RecordedTurn>> = {
  auth401: [failed("auth")],
  // The recorder kept no log, which alone has the reason.
  "bad-model": [failed("other")],
  "bg-child": [FINISHED, 1250, 35, 0, 0.004275],
  "drop-once": [FINISHED, 2820, 195, 3600, 0.012465],
  halt: [LOST_DATABASE, 1650, 100, 0, 0.00645],
  "hang-mid": [FINISHED, 1500, 70, 0, 0.00555],
  "max-tokens": [failed("context"), 500, 8000, 0, 0.1215],
  "outside-dir": [failed("other"), 1000, 50, 0, 0.00375],
  "parallel-a": [FINISHED, 2820, 195, 3600, 0.012465],
  "parallel-b": [FINISHED, 2970, 170, 3300, 0.01245],
  "rate429-then-ok": [FINISHED, 2820, 195, 3600, 0.012465],
  resume: [FINISHED, 820, 70, 3500, 0.00456],
  "resume-after-sigterm-tool": [FINISHED, 820, 70, 3500, 0.00456],
  "resume-other-dir": [failed("other")],
  "resume-unknown": [failed("session-lost")],
  "sigint-tool": [failed("cancelled")],
  "sigkill-group-tool": [failed("other")],
  "sigterm-stream": [failed("cancelled"), 500, 20, 0, 0.0018],
  "sigterm-tool": [failed("cancelled")],
  success: [FINISHED, 2820, 195, 3600, 0.012465],
  "tests-fail": [FINISHED, 2550, 100, 0, 0.00915],
  thinking: [FINISHED, 2820, 195, 3600, 0.012465],
  "too-long": [failed("context"), 120, 24, 0, 0.00072],
};

describe.skipIf(!recordings.areThere)("recorded runs (skipped without the folder STORYBOARD_TRANSCRIPTS)", () => {
  testEach(recordings, RECORDINGS);

  test.each(["success", "thinking", "drop-once"])("cut off at any byte, %s is a failure", (name) => {
    const bytes = recordings.bytes(name);
    const firstLineAt = bytes.indexOf(0x0a);
    const whole = replay(name).turn.session;
    for (let end = 0; end < bytes.length - 1; end += 37) {
      const { turn } = replay(name, (all) => [all.subarray(0, end)]);
      expect(turn.end.kind).toBe("failed");
      expect(turn.session).toBe(end > firstLineAt ? whole : undefined);
    }
  });

  test("a recording that continues a session keeps its id, and a lost one is not kept", () => {
    expect(replay("resume").turn.session).toBe(replay("success").turn.session);
    expect(replay("resume-unknown").turn.session).toBeUndefined();
  });

  test("every tool that starts ends, and one that ended badly is told as such", () => {
    const { events } = replay("tests-fail");
    expect(events.filter((event) => event.t === "tool-start" || event.t === "tool-end")).toEqual([
      { t: "tool-start", id: expect.any(String), name: "write", detail: "src/greet.js" },
      { t: "tool-end", id: expect.any(String), ok: true },
      { t: "tool-start", id: expect.any(String), name: "bash", detail: "sh test.sh" },
      { t: "tool-end", id: expect.any(String), ok: false },
    ]);
  });

  test("a refused action is told, noted once, and said to be the end", () => {
    const { events, turn } = replay("outside-dir");
    expect(events.filter((event) => event.t === "denied")).toEqual([
      { t: "denied", name: "write", detail: "/elsewhere/outside.txt" },
    ]);
    expect(turn.notes).toEqual(["the agent was not allowed: write /elsewhere/outside.txt"]);
    expect(turn.end).toMatchObject({ message: expect.stringContaining("not allowed (write /elsewhere/outside.txt)") });
  });

  test("a conversation that stays too long is given up the third time, once, and only its cost is told from then on", () => {
    const { events } = replay("too-long");
    const at = events.findIndex((event) => event.t === "failed");
    expect(events[at]).toMatchObject({ cause: "context", final: true });
    expect(events.slice(0, at).filter((event) => event.t === "notice")).toHaveLength(2);
    expect(new Set(events.slice(at + 1).map((event) => event.t))).toEqual(new Set(["usage"]));
    expect(events.filter((event) => event.t === "finished")).toEqual([]);
  });
});
