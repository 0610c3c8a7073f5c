import { expect, test } from "vitest";
import { beginMerge, conflictMarks, needsMerge } from "../../../src/core/workspace/begin-merge.ts";
import type { ResolveConflict } from "../../../src/core/workspace/resolve-conflicts.ts";
import { COMMITTING, commit, makeRepository, read, run, write } from "./repository.ts";

/** A repository on `story`, beside which `main` went on; both change `a.txt` as given. */
const diverged = (story: string, others: string) => {
  const root = makeRepository({ "a.txt": "a\n\n\n\nb\n", "kept.md": "x\n" });
  run(root, "checkout", "-q", "-b", "story");
  const own = commit(root, "feat: story", { "a.txt": story, "kept.md": "of the story\n" });
  run(root, "checkout", "-q", "main");
  const onto = commit(root, "feat: other", { "a.txt": others });
  run(root, "checkout", "-q", "story");
  return { root, own, onto };
};

const merge = (root: string, onto: string, resolve?: ResolveConflict): Promise<void> =>
  beginMerge(root, { onto, message: "chore: merge", committing: COMMITTING, resolve });

test("what git can merge is committed, and has not to be merged again", async () => {
  const { root, own, onto } = diverged("1\n\n\n\nb\n", "a\n\n\n\n2\n");
  expect(await needsMerge(root, onto)).toBe(true);
  await merge(root, onto);
  expect(read(root, "a.txt")).toBe("1\n\n\n\n2\n");
  expect(run(root, "log", "-1", "--format=%P %s")).toBe(`${own} ${onto} chore: merge`);
  expect(run(root, "status", "--porcelain")).toBe("");
  expect(await needsMerge(root, onto)).toBe(false);
});

test("what git cannot merge is left under way with its marks; committed as they are, the marks are found", async () => {
  const { root, onto } = diverged("1\n", "2\n");
  await merge(root, onto);
  expect(run(root, "status", "--porcelain")).toContain("UU a.txt");
  expect(run(root, "rev-parse", "MERGE_HEAD")).toBe(onto);
  expect(await needsMerge(root, onto)).toBe(false);
  run(root, "commit", "-q", "-a", "--no-edit");
  expect(await conflictMarks(root, onto)).toEqual(["a.txt:1", "a.txt:3", "a.txt:5"]);
  commit(root, "fix", { "a.txt": "1\n2\n" });
  expect(await conflictMarks(root, onto)).toEqual([]);
});

test("what can be merged by meaning is; `ours` is what is brought in", async () => {
  const { root, onto } = diverged("1\n", "2\n");
  await merge(root, onto, async (path, { ours, theirs }) =>
    path === "a.txt" ? Buffer.concat([Buffer.from("others: "), ours, Buffer.from("story: "), theirs]) : undefined,
  );
  expect(read(root, "a.txt")).toBe("others: 2\nstory: 1\n");
  expect(run(root, "status", "--porcelain")).toBe("");
  expect(run(root, "log", "-1", "--format=%s")).toBe("chore: merge");
});

test("uncommitted work in the way is kept, and said", async () => {
  const { root, onto } = diverged("1\n\n\n\nb\n", "a\n\n\n\n2\n");
  write(root, { "a.txt": "mine\n" });
  await expect(merge(root, onto)).rejects.toThrow(/local changes[\s\S]*a\.txt/);
  expect(read(root, "a.txt")).toBe("mine\n");
});
