import { describe, expect, test } from "vitest";
import { readSprintStatuses, setSprintStatuses } from "../../../src/core/backlog/set-sprint-statuses.ts";
import { readSprintFile } from "../../../src/core/backlog/sprint-file.ts";
import { declaredDependencies } from "../../../src/core/backlog/story-dependencies.ts";
import { readStoryFile } from "../../../src/core/backlog/story-file.ts";
import { StoryNames } from "../../../src/core/backlog/story-names.ts";
import { setStoryStatus } from "../../../src/core/backlog/story-status.ts";
import { readStatus, type WritableStatus } from "../../../src/core/model/status.ts";
import { UserError } from "../../../src/core/model/user-error.ts";
import { corpusFiles, hasCorpus } from "./corpus.ts";
import { readByLine } from "./second-reader.ts";

const WRITABLE: readonly WritableStatus[] = ["ready-for-dev", "in-progress", "review", "done"];
const NOW = new Date("2031-02-03T04:05:06Z");

/** Files that no reader could take for a BMAD v6 sprint file, and what the refusal has to say. */
const REFUSED: readonly (readonly [start: string, trouble: RegExp])[] = [
  ["GuidoBergman__SecBASH__docs~stories~sprint-status.yaml", /:\d+: .*conflict markers/],
  ["2lovecode__tbox", /:\d+: .*quotes.*\{project-root\}/],
  ["iruldev__golang-api-hexagonal__docs~sprint-artifacts", /:\d+: /],
  [
    "jschulte__usmax-nda___bmad-output~implementation-artifacts~sprint-artifacts~sprint-status.yaml",
    /:\d+: .*indentation/,
  ],
  ["polyv__polyv-live-cli___bmad-output~sprint-status.yaml", /development Status|indentation|:\d+: /],
  ["delorenj__Thermite", /scrum schema/],
  ["ruslan-horyn", /scrum schema/],
  ["ball6847", /`stories\[\]`/],
  ["mmornati__leanproxy-mcp___bmad-output~planning-artifacts", /`epics\[\]`/],
  ["henrikrexed", /`epics\[\]`/],
  ["delorenj__zellij-driver", /scrum schema/],
  ["gowerlin", /`milestones\[\]`|no development_status/],
  ["co-cddo", /`stories\[\]`/],
  ["znake", /`stories\[\]`/],
  ["jackmcintyre__sprint-orchestrator", /`stories\[\]`/],
  ["Comfanion", /`epics\[\]`/],
  ["bniceley50", /no development_status/],
  ["Pawel-N-pl__bmad-assist__tests~fixtures~sprint~sprint-status-auth-service.yaml", /`epics\[\]`/],
  ["jungjaehoon", /scrum schema/],
  ["mholzi__Spyster___bmad-output~sprint-status.yaml", /`epics\[\]`/],
  ["delorenj__iMi", /`stories\[\]`/],
  ["tinuva", /`epics` as a map/],
];

const sprintFiles = corpusFiles("sprint-status");
const refusalOf = (name: string): RegExp | undefined => REFUSED.find(([start]) => name.startsWith(start))?.[1];
const readable = sprintFiles.filter(({ name }) => refusalOf(name) === undefined);

/** In CI every story of every file is set to every status; elsewhere, of a large file, some from all over it. */
const isFull = process.env.CI === "true" || process.env.STORYBOARD_CORPUS_FULL === "1";
const stepOf = (count: number): number => (isFull ? 1 : Math.max(1, Math.floor(count / 12)));

/** The keys of the lines that differ between two versions. */
const changedLines = (before: Uint8Array, after: Uint8Array): readonly string[] => {
  const [old, now] = [before, after].map((bytes) => Buffer.from(bytes).toString("latin1").split("\n"));
  expect(now!.length).toBe(old!.length);
  return old!.flatMap((line, i) => (line === now![i] ? [] : [`${line.split(":")[0]!.trim()}`]));
};

describe.skipIf(!hasCorpus)("real sprint files", () => {
  test.each(readable.map(({ name, bytes }) => [name, bytes] as const))("%s: is read as a person would", (_, bytes) => {
    const expected = readByLine(Buffer.from(bytes).toString());
    const entries = readSprintFile(bytes, "sprint-status.yaml").entries;
    expect(Object.fromEntries(entries.map((entry) => [entry.key, entry.rawStatus]))).toEqual(
      Object.fromEntries(expected),
    );
    for (const entry of entries) expect(entry.kind === "story").toBe(!/^(p2-)?epic-/.test(entry.key));
  });

  test.each(
    sprintFiles.flatMap(({ name, bytes }) => {
      const trouble = refusalOf(name);
      return trouble === undefined ? [] : [[name, bytes, trouble] as const];
    }),
  )("%s: is refused with a message that names the trouble", (_, bytes, trouble) => {
    expect(() => readSprintFile(bytes, "sprint-status.yaml")).toThrow(UserError);
    expect(() => readSprintFile(bytes, "sprint-status.yaml")).toThrow(trouble);
  });

  test.each(readable.map(({ name, bytes }) => [name, bytes] as const))(
    "%s: setting a story changes that value, its epic and last_updated, and no other byte",
    (_, bytes) => {
      const before = readByLine(Buffer.from(bytes).toString());
      const all = readSprintFile(bytes, "f").entries;
      const stories = all.filter((entry) => entry.kind === "story");
      for (const story of stories.filter((__, i) => i % stepOf(stories.length) === 0)) {
        for (const wanted of WRITABLE) {
          const result = setSprintStatuses(bytes, new Map([[story.key, wanted]]), { now: NOW, allowDowngrade: true });
          expect(result.refused).toEqual([]);
          const after = readByLine(Buffer.from(result.bytes).toString());
          expect([...after.keys()]).toEqual([...before.keys()]);
          const changed = [...after].filter(([key, status]) => before.get(key) !== status).map(([key]) => key);
          const epic = all.find((entry) => entry.kind === "epic" && entry.epic === story.epic)?.key;
          for (const key of changed) expect([story.key, epic]).toContain(key);
          expect(readStatus(after.get(story.key) ?? "")).toBe(wanted);
          const lines = changedLines(bytes, result.bytes);
          for (const line of lines)
            expect([story.key, epic, "status", "last_updated"]).toContain(line.replaceAll(/["']/g, ""));
          expect(lines.length).toBeLessThanOrEqual(3);
        }
      }
    },
  );

  test("all readable ones together can be set to done at once and read back", () => {
    for (const { bytes } of readable) {
      const keys = [...readSprintStatuses(bytes).keys()];
      const result = setSprintStatuses(bytes, new Map(keys.map((key) => [key, "done"])), { now: NOW });
      expect(result.applied).toEqual(keys);
      for (const { status } of readSprintStatuses(result.bytes).values()) expect(status).toBe("done");
    }
  });
});

const stories = corpusFiles("stories");
const storyNamed = (part: string): Uint8Array => stories.find(({ name }) => name.includes(part))!.bytes;

describe.skipIf(!hasCorpus)("real story files", () => {
  test("all are read, and nearly all have a title, a status and criteria", () => {
    const read = stories.map(({ bytes }) => readStoryFile(bytes));
    expect(read.filter(({ title }) => title === undefined).length).toBeLessThanOrEqual(1);
    expect(read.filter(({ rawStatus }) => rawStatus === undefined).length).toBeLessThanOrEqual(4);
    expect(read.filter(({ acceptanceCriteria }) => acceptanceCriteria.length === 0).length).toBe(0);
  });

  test.each(stories.map(({ name, bytes }) => [name, bytes] as const))(
    "%s: a status can be set and read back",
    (_, bytes) => {
      const before = readStoryFile(bytes);
      const after = setStoryStatus(bytes, "in-progress");
      expect(after === undefined).toBe(before.rawStatus === undefined);
      if (after === undefined) return;
      const now = readStoryFile(after);
      expect(now.rawStatus).toBe("in-progress");
      expect({ ...now, rawStatus: "", lines: 0, complexity: "" }).toEqual({
        ...before,
        rawStatus: "",
        lines: 0,
        complexity: "",
      });
      expect(changedLines(bytes, after).length).toBeLessThanOrEqual(2);
    },
  );

  test.each([
    ["quality-2-establish", 28, 22],
    ["p2-1-1-extend", 23, 23],
    ["STORY-051", 0, 0],
    ["1-2-event-system", 8, 8],
    ["1-1-project-scaffolding", 53, 53],
    ["10-3-complete-tier-0", 0, 0],
    ["tsr-3-5-assemble", 28, 0],
  ])("%s has %i tasks, %i of them done", (part, all, done) => {
    const { tasks } = readStoryFile(storyNamed(part));
    expect([tasks.length, tasks.filter((task) => task.done).length]).toEqual([all, done]);
  });

  test.each([
    ["17-10-add-aegish", "17-10-x", ["17-10-x<17-2-x", "17-6-x<17-10-x"]],
    ["17-3-update-c", "17-3-x", ["17-3-x<17-8-x", "17-4-x<17-3-x", "17-6-x<17-3-x"]],
    ["story-10-6", "10-6-x", ["10-6-x<10-5-x", "10-6-x<10-5-x"]],
    ["1b-4-error", "1b-4-x", []],
    ["STORY-051", "STORY-051", []],
    ["story-1.1", "1-1-x", []],
    ["story-1.2", "1-2-x", ["1-2-x<1-1-x"]],
    ["10-3-complete", "10-3-x", ["10-3-x<10-1-x", "10-3-x<10-2-x", "10-5-x<10-3-x", "10-6-x<10-3-x"]],
    ["4-3-questioner", "4-3-x", ["4-3-x<4-1-x", "4-3-x<4-2-x", "4-4-x<4-3-x", "4-5-x<4-3-x"]],
    ["quality-2-establish", "quality-2-x", ["quality-2-x<quality-1-x", "quality-2-x<quality-1-x"]],
  ])("%s (as %s) declares %j", (part, own, expected) => {
    const others = [
      "17-2-x",
      "17-4-x",
      "17-6-x",
      "17-8-x",
      "10-1-x",
      "10-2-x",
      "10-5-x",
      "10-6-x",
      "1-1-x",
      "4-1-x",
      "4-2-x",
      "4-4-x",
      "4-5-x",
      "quality-1-x",
      "18-2-x",
      "STORY-030",
    ];
    const known = part === "story-10-6" ? ["10-5-x"] : others;
    const names = new StoryNames([...known, own].map((key) => ({ key })));
    const edges = declaredDependencies(own, "f.md", readStoryFile(storyNamed(part)).lines, names);
    expect(edges.map(({ dependent, on }) => `${dependent}<${on}`)).toEqual(expected);
  });
});
