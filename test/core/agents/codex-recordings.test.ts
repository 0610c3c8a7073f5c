import { describe, expect, test } from "vitest";
import { createCodexParser } from "../../../src/core/agents/codex/codex-parser.ts";
import type { TurnEnd } from "../../../src/core/model/turn.ts";
import { type RecordedTurn, Recordings, testEach } from "../../support/recordings.ts";

const recordings = new Recordings("codex", createCodexParser);
const replay = recordings.replay.bind(recordings);

const FINISHED: TurnEnd = { kind: "finished" };
const failed = (cause: string) => ({ kind: "failed", cause });
const LOST_DATABASE = {
  kind: "halted",
  reason: "story 1-3 asks for a database, but the architecture names none. I need a decision before I can go on.",
};

/** Of every recording: how it ended; of its whole thread input with cache writes, output, cache reads. */
const RECORDINGS: Readonly<Record<string, RecordedTurn>> = {
  "auth-none": [failed("auth")],
  auth401: [failed("auth")],
  "bg-child": [FINISHED, 1250, 35, 0],
  "big-2": [failed("context")],
  "drop-once": [FINISHED, 2820, 195, 3600],
  halt: [LOST_DATABASE, 1650, 100, 0],
  "hang-mid": [FINISHED, 1500, 70, 0],
  "parallel-a": [FINISHED, 2820, 195, 3600],
  "parallel-b": [FINISHED, 2970, 170, 3300],
  "rate429-then-ok": [FINISHED, 2820, 195, 3600],
  // The turn that it continues was killed and told no usage.
  "resume-after-sigterm-tool": [FINISHED, 820, 70, 3500],
  "resume-unknown": [failed("session-lost")],
  resume: [FINISHED, 3640, 265, 7100],
  "sandbox-ws": [FINISHED, 2820, 195, 3600],
  // SIGINT ends it like any failure does.
  "sigint-tool": [failed("other")],
  "sigkill-group-tool": [failed("other")],
  "sigterm-stream": [failed("cancelled")],
  "sigterm-tool": [failed("cancelled")],
  "stream-rate": [FINISHED, 2820, 195, 3600],
  success: [FINISHED, 2820, 195, 3600],
  "tests-fail": [FINISHED, 2550, 100, 0],
  "too-long": [failed("context")],
  "wrapper-sigterm": [failed("cancelled")],
  "ws-gitroots": [FINISHED, 2820, 195, 3600],
};

describe.skipIf(!recordings.areThere)("recorded runs (skipped without the folder STORYBOARD_TRANSCRIPTS)", () => {
  testEach(recordings, RECORDINGS, ({ turn }) => expect(turn.notes).toEqual([]));

  test("cut off at any byte, a recording is a failure unless its end was whole", () => {
    const bytes = recordings.bytes("success");
    const completedAt = bytes.subarray(0, -1).lastIndexOf(0x0a);
    for (let end = 0; end < bytes.length - 1; end += 1) {
      const { turn } = replay("success", (all) => [all.subarray(0, end)]);
      expect(turn.end.kind).toBe("failed");
      if (end > completedAt) expect(turn.session).toBe("01a1f806-6a47-7c52-a98e-b520043bd05f");
    }
    expect(replay("success", (all) => [all.subarray(0, -1)]).turn.end).toEqual(FINISHED);
  });

  test("a recording that continues a thread keeps its id, and a lost one is not kept", () => {
    expect(replay("resume").turn.session).toBe(replay("success").turn.session);
    expect(replay("resume-unknown").turn.session).toBeUndefined();
  });

  test("tools are told by what they do, and each that starts ends", () => {
    const { events } = replay("parallel-b");
    expect(events.flatMap((event) => (event.t === "tool-start" ? [[event.name, event.detail]] : []))).toEqual([
      ["Edit", "repo/src/bye.js"],
      ["Shell", `node -e "console.log(require('./src/bye.js').bye('Bo'))"`],
      ["Shell", 'git add -A && git commit -q -m "story 1-4: farewell" && git log --oneline -1'],
    ]);
    const ids = (t: string) => events.flatMap((event) => (event.t === t && "id" in event ? [event.id] : []));
    expect(ids("tool-end")).toEqual(ids("tool-start"));
  });

  test("a test command that failed is a tool that failed, and no failed turn", () => {
    const ends = replay("tests-fail").events.flatMap((event) => (event.t === "tool-end" ? [event.ok] : []));
    expect(ends).toEqual([true, false]);
  });

  test("retries are told while they go on", () => {
    const notices = replay("rate429-then-ok").events.flatMap((event) => (event.t === "notice" ? [event.text] : []));
    expect(notices).toEqual(
      [1, 2].map((n) => `Codex tries again, ${n} of 5 (exceeded retry limit, last status: 429 Too Many Requests)`),
    );
  });
});
