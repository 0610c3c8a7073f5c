import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  readSprintStatuses,
  type SetStatusOptions,
  setSprintStatuses,
} from "../../../src/core/backlog/set-sprint-statuses.ts";
import { stampLike } from "../../../src/core/backlog/time-stamp.ts";
import type { WritableStatus } from "../../../src/core/model/status.ts";
import { UserError } from "../../../src/core/model/user-error.ts";
import { readByLine } from "./second-reader.ts";

const NOW = new Date("2031-02-03T04:05:06.789Z");
const set = (text: string, changes: Record<string, WritableStatus>, options: Partial<SetStatusOptions> = {}) => {
  const result = setSprintStatuses(new TextEncoder().encode(text), new Map(Object.entries(changes)), {
    now: NOW,
    ...options,
  });
  return { ...result, text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(result.bytes) };
};

const SPRINT = `# a comment, with "quotes"
generated: 01-01-2026 10:00
last_updated: 2026-01-01T10:00:00Z   # kept

development_status:
  # Epic 1
  epic-1: backlog      # raised
  1-1-login: 'ready-for-dev'  # why
  1-2-search: done# Updated 2026-01-02

  2-1-badge: { depends_on: [1-1-login], status: "backlog" }
  2-2-object:
      title: x
      status:   review
notes: |
  1-1-login: ready-for-dev
`;

describe("writing statuses", () => {
  test("changes the word, the epic and the time, and not one byte more", () => {
    const { text, applied, refused } = set(SPRINT, { "1-1-login": "in-progress" });
    expect(applied).toEqual(["1-1-login"]);
    expect(refused).toEqual([]);
    expect(text).toBe(
      SPRINT.replace("epic-1: backlog ", "epic-1: in-progress ")
        .replace("1-1-login: 'ready-for-dev'", "1-1-login: 'in-progress'")
        .replace("2026-01-01T10:00:00Z", "2031-02-03T04:05:06Z"),
    );
  });

  test("keeps CRLF, BOM and a missing final newline", () => {
    const crlf = `\uFEFF${SPRINT.trimEnd().replaceAll("\n", "\r\n")}`;
    const { text } = set(crlf, { "2-2-object": "done" }, { lastUpdated: false });
    expect(text).toBe(crlf.replace("status:   review", "status:   done"));
  });

  test("reaches into objects and leaves a glued comment glued", () => {
    expect(set(SPRINT, { "2-1-badge": "done" }, { lastUpdated: false }).text).toBe(
      SPRINT.replace('"backlog"', '"done"'),
    );
    expect(set(SPRINT, { "1-2-search": "review" }, { lastUpdated: false, allowDowngrade: true }).text).toBe(
      SPRINT.replace("done# Updated", "review# Updated").replace("epic-1: backlog", "epic-1: in-progress"),
    );
  });

  test("never goes back, unless it may", () => {
    const { text, refused } = set(SPRINT, { "1-2-search": "review" });
    expect(text).toBe(SPRINT);
    expect(refused).toEqual([{ key: "1-2-search", why: "it is already done, which is later than review" }]);
  });

  test("says which keys are no stories", () => {
    const { refused } = set(SPRINT, { "9-9-none": "done", "epic-1": "done" });
    expect(refused.map(({ key }) => key)).toEqual(["9-9-none", "epic-1"]);
  });

  test("a status that is already there is applied without a change, a legacy word too", () => {
    const text = "development_status:\n  1-1-a: drafted\n";
    expect(set(text, { "1-1-a": "ready-for-dev" })).toMatchObject({ text, applied: ["1-1-a"] });
  });

  test("raises an epic once for two stories, also `contexted`, but not one that is done", () => {
    const raised = set("development_status:\n  epic-1: contexted\n  1-1-a: backlog\n  1-2-b: backlog\n", {
      "1-1-a": "in-progress",
      "1-2-b": "done",
    });
    expect(raised.text).toBe("development_status:\n  epic-1: in-progress\n  1-1-a: in-progress\n  1-2-b: done\n");
    const done = "development_status:\n  epic-1: done\n  1-1-a: backlog\n";
    expect(set(done, { "1-1-a": "review" }).text).toBe(done.replace("backlog", "review"));
    expect(set(done.replace("done", "backlog"), { "1-1-a": "ready-for-dev" }).text).toContain("epic-1: backlog");
  });

  test.each([
    ["an anchor that others share", "development_status:\n  1-1-a: &s backlog\n  1-2-b: *s\n", "1-1-a"],
    ["an alias", "development_status:\n  1-1-a: &s backlog\n  1-2-b: *s\n", "1-2-b"],
    ["no value", "development_status:\n  1-1-a:\n", "1-1-a"],
    ["a block", "development_status:\n  1-1-a: |\n    backlog\n", "1-1-a"],
    ["an escape", 'development_status:\n  1-1-a: "\\x62acklog"\n', "1-1-a"],
  ])("refuses %s", (_, text, key) => {
    const result = set(text, { [key]: "done" });
    expect(result.text).toBe(text);
    expect(result.refused.map((refused) => refused.key)).toEqual([key]);
  });

  test("whatever happens to a file, it is refused or changed in the intended values only", () => {
    const keys = ["1-1-login", "1-2-search", "2-1-badge", "2-2-object"];
    const mutation = fc.record({
      drop: fc.array(fc.nat(16), { maxLength: 2 }),
      flips: fc.array(fc.tuple(fc.nat(SPRINT.length - 1), fc.integer({ min: 9, max: 255 })), { maxLength: 3 }),
      key: fc.constantFrom(...keys),
      status: fc.constantFrom<WritableStatus>("in-progress", "review", "done"),
    });
    fc.assert(
      fc.property(mutation, ({ drop, flips, key, status }) => {
        const bytes = new TextEncoder().encode(
          SPRINT.split("\n")
            .filter((_, i) => !drop.includes(i))
            .join("\n"),
        );
        for (const [at, byte] of flips) if (at < bytes.length) bytes[at] = byte;
        const original = bytes.slice();
        try {
          const before = readSprintStatuses(bytes);
          const result = setSprintStatuses(bytes, new Map([[key, status]]), { now: NOW, allowDowngrade: true });
          const after = readSprintStatuses(result.bytes);
          expect([...after.keys()]).toEqual([...before.keys()]);
          for (const [other, { raw }] of after) if (other !== key) expect(raw).toBe(before.get(other)?.raw);
          if (result.applied.includes(key)) expect(after.get(key)?.status).toBe(status);
          else expect(result.bytes).toBe(bytes);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
        expect(bytes).toEqual(original);
      }),
      { numRuns: 1500, seed: 7 },
    );
  });

  test("ten thousand stories are written in little time", () => {
    const text = `development_status:\n${Array.from({ length: 10_000 }, (_, i) => `  ${i}-1-story: backlog # x\n`).join("")}`;
    const before = performance.now();
    const result = set(text, { "5000-1-story": "done" });
    expect(performance.now() - before).toBeLessThan(5000);
    expect(readByLine(result.text).get("5000-1-story")).toBe("done");
  });
});

describe("last_updated keeps its form", () => {
  const now = new Date(2031, 1, 3, 4, 5, 6, 789);
  test.each([
    ["05-06-2025 21:30", "02-03-2031 04:05"],
    ["25-06-2025 21:30", "03-02-2031 04:05"],
    ["2026-01-01", "2031-02-03"],
    ["2026-01-01 10:00", "2031-02-03 04:05"],
    ["2026-01-16T10:17:00", "2031-02-03T04:05:06"],
    ["yesterday", undefined],
    ["2026-01-01 (after the review)", undefined],
  ])("%s", (sample, expected) => {
    expect(stampLike(sample, now)).toBe(expected);
  });

  test.each([
    ["2026-05-30T00:00:00Z", "2031-02-03T04:05:06Z"],
    ["2026-05-30T00:00:00.000Z", "2031-02-03T04:05:06.789Z"],
    ["2026-06-23T20:40:13+03:00", "2031-02-03T07:05:06+03:00"],
    ["2026-06-23T20:40-05:30", "2031-02-02T22:35-05:30"],
  ])("%s, with its zone", (sample, expected) => {
    expect(stampLike(sample, NOW)).toBe(expected);
  });
});
