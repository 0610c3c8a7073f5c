import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "vitest";
import { foldRun, readRun } from "../../../src/app/lead/runs.ts";
import { readJournal } from "../../../src/core/engine/journal.ts";
import { FOLDER, type KillableSprint, markedProcesses } from "./sprint.ts";

/** What must be true of a sprint at its end, however often its lead was killed. */
export const expectAllLandedOnce = async (sprint: KillableSprint, keys: readonly string[]): Promise<void> => {
  expectLandings(sprint, keys);
  expectStatuses(sprint, keys);
  const indexed = keys.filter((key) => /-(?:left|right)$/.test(key));
  if (indexed.length > 0) expect(sprint.project.read("index.txt").trim().split("\n").toSorted()).toEqual(indexed);
  expectQuiet(sprint);
  expectJournalFolds(sprint, keys);
  const { stdout, status } = await sprint.storyboard(["status", "--json"]);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ state: "ended", counts: { total: keys.length, done: keys.length } });
};

/** Every story has exactly one commit on main, and the user's copy stands there, clean. */
export const expectLandings = ({ project }: KillableSprint, keys: readonly string[]): void => {
  const subjects = project.git("log", "--format=%s", "main").split("\n");
  const landed = subjects.filter((subject) => subject.startsWith("feat(")).map((subject) => subject.split(" ").at(-1));
  expect(landed.sort()).toEqual([...keys].sort());
  expect(project.git("symbolic-ref", "HEAD")).toBe("refs/heads/main");
  expect(project.git("status", "--porcelain")).toBe("");
  for (const key of keys) expect(project.read(`src/${key}.txt`)).toBe(`${key}\n`);
  const fsck = execFileSync("git", ["fsck", "--full", "--strict", "--no-dangling", "--no-progress"], {
    cwd: project.path,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  expect(fsck).toBe("");
};

const expectStatuses = (sprint: KillableSprint, keys: readonly string[]): void => {
  expect(sprint.statuses()).toEqual(Object.fromEntries(keys.map((key) => [key, "done"])));
  for (const key of keys) {
    const text = sprint.project.read(`${FOLDER}/${key}.md`);
    expect(text).toMatch(/^Status: done$/m);
    expect(text).not.toContain("[ ]");
  }
};

/** Nothing of any run is alive, and nothing of ours is left lying about. */
export const expectQuiet = (sprint: KillableSprint): void => {
  for (const run of sprint.runs) expect(markedProcesses(run)).toEqual([]);
};

/** The newest run's journal folds to a run in which all is done at the first attempt. */
const expectJournalFolds = (sprint: KillableSprint, keys: readonly string[]): void => {
  const stored = readRun(sprint.project.path, sprint.runs.at(-1) ?? "");
  if (stored === undefined) throw new Error("the newest run has no run.json");
  const state = foldRun(stored, readJournal(join(stored.directory, "journal.jsonl")));
  expect(state.phase).toBe("ended");
  expect(state.effects.size).toBe(0);
  const lives = [...state.stories.values()].map(({ story, outcome, attempt }) => [story.key, outcome, attempt]);
  expect(lives).toEqual(keys.map((key) => [key, "done", 1]));
};

/** Each turn was started once and ran to its end, each gate looked at each state of the files once. */
export const expectNothingTwice = (sprint: KillableSprint, keys: readonly string[]): void => {
  const lines = sprint.logged("agents").map((line) => line.split(" ").slice(0, 4).join(" "));
  const refusals = sprint
    .events("landing.ended")
    .filter(({ result }) => (result as { kind: string }).kind !== "landed");
  const phases = (key: string): string[] => [
    ...["BUILD", "VERIFY"],
    ...refusals.filter(({ story }) => story === key).flatMap(() => ["REFINE", "VERIFY"]),
  ];
  const expected = keys.flatMap((key) =>
    phases(key).flatMap((phase) => [`start ${key} ${phase} 1`, `end ${key} ${phase} 1`]),
  );
  expect(lines.sort()).toEqual(expected.sort());
  const gates = sprint.logged("gates");
  expect(new Set(gates).size).toBe(gates.length);
};
