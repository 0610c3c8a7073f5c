import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resetTo, takeSnapshot } from "../../../src/core/workspace/restore-worktree.ts";
import { changesSince, commitAll, diffText } from "../../../src/core/workspace/story-diff.ts";
import { treeOf } from "../../../src/core/workspace/working-state.ts";
import { COMMITTING, commit, makeRepository, read, run, write } from "./repository.ts";

describe("what a story changed", () => {
  test("commits with their files, the sum of them, and whatever is uncommitted", async () => {
    const root = makeRepository({ "a.txt": "a\n", "b.txt": "b\n", ".gitignore": "ignored\n" });
    const baseline = run(root, "rev-parse", "HEAD");
    const one = commit(root, "feat(1-1): one\n\nbody", { "a.txt": "1\n", "x.txt": "x\n" });
    rmSync(join(root, "x.txt"));
    const two = commit(root, "fix: two", { "odd\n é.txt": "o" });
    const empty = commit(root, "empty");
    write(root, { "b.txt": "dirty\n", "new/n.txt": "n", ignored: "i", "_bmad/c.md": "c" });
    run(root, "add", "new");
    expect(await changesSince(root, baseline, { carried: ["_bmad/"] })).toEqual({
      head: empty,
      branch: "main",
      descends: true,
      commits: [
        { id: one, subject: "feat(1-1): one", author: "Ada <ada@example.com>", files: ["a.txt", "x.txt"] },
        { id: two, subject: "fix: two", author: "Ada <ada@example.com>", files: ["odd\n é.txt", "x.txt"] },
        { id: empty, subject: "empty", author: "Ada <ada@example.com>", files: [] },
      ],
      changedPaths: ["a.txt", "odd\n é.txt"],
      changes: [
        { path: "a.txt", status: "M" },
        { path: "odd\n é.txt", status: "A" },
      ],
      uncommittedPaths: ["b.txt", "new/n.txt"],
      hiddenPaths: [],
    });
  });

  test("uncommitted is what git status says, names of all kinds and files in the place of folders included", async () => {
    const root = makeRepository({ "a.txt": "a", "gone.txt": "g", "was-file": "w", ".gitignore": "*.log\n" });
    const baseline = run(root, "rev-parse", "HEAD");
    rmSync(join(root, "gone.txt"));
    rmSync(join(root, "was-file"));
    write(root, { "was-file/in": "i", "H ": "h", "? x\ny é": "q", "deep/er/n.txt": "n", "a.log": "ignored" });
    write(root, { "nested/inner": "i" });
    run(root, "init", "-q", "nested");
    const status = run(root, "status", "--porcelain", "-z", "--untracked-files=all").split("\0");
    const { uncommittedPaths } = await changesSince(root, baseline);
    expect([...uncommittedPaths].sort()).toEqual(status.flatMap((line) => (line === "" ? [] : [line.slice(3)])).sort());
    expect(uncommittedPaths).toHaveLength(7);
  });

  test("files that git was told not to look at are hidden, those of a sparse checkout are not", async () => {
    const root = makeRepository({ "a.txt": "a", "b.txt": "b", "c.txt": "c", "d.txt": "d" });
    const baseline = run(root, "rev-parse", "HEAD");
    run(root, "update-index", "--assume-unchanged", "a.txt");
    run(root, "update-index", "--skip-worktree", "b.txt", "c.txt");
    rmSync(join(root, "c.txt"));
    write(root, { "a.txt": "other" });
    expect(await changesSince(root, baseline)).toMatchObject({ uncommittedPaths: [], hiddenPaths: ["a.txt", "b.txt"] });
  });

  test("a merge with the baseline as its other parent changes what differs from the baseline", async () => {
    const root = makeRepository({ "a.txt": "a" });
    const start = run(root, "rev-parse", "HEAD");
    const baseline = commit(root, "landed meanwhile", { "theirs.txt": "t" });
    run(root, "checkout", "-q", "-b", "story", start);
    run(root, "merge", "-q", "--no-ff", "-m", "feat(1-1): merged", baseline);
    const { commits, changedPaths } = await changesSince(root, baseline);
    expect([commits.length, changedPaths]).toEqual([1, []]);
  });

  test("a branch that was reset below its baseline does not descend; an untouched one does and has nothing", async () => {
    const root = makeRepository();
    const baseline = commit(root, "second", { "a.txt": "2" });
    expect(await changesSince(root, baseline)).toMatchObject({ descends: true, commits: [], changedPaths: [] });
    run(root, "reset", "-q", "--hard", "HEAD~1");
    commit(root, "other", { "a.txt": "3" });
    expect((await changesSince(root, baseline)).descends).toBe(false);
  });

  test("the text for a reviewer is cut at its limit", async () => {
    const root = makeRepository();
    const baseline = run(root, "rev-parse", "HEAD");
    commit(root, "long", { "a.txt": "long line\n".repeat(5000) });
    const whole = await diffText(root, baseline, 1_000_000);
    expect(whole.isCut).toBe(false);
    expect(whole.text).toContain("+long line");
    const cut = await diffText(root, baseline, 1000);
    expect(cut.isCut).toBe(true);
    expect(cut.text.length).toBe(1000);
    expect(whole.text.startsWith(cut.text)).toBe(true);
  });

  test("committing for an agent takes all of the product and leaves owned files", async () => {
    const root = makeRepository();
    write(root, { "a.txt": "1", "s.yaml": "agent", "new [x].txt": "n" });
    const made = await commitAll(root, "feat(1-1): made\n\n# kept", ["s.yaml"], COMMITTING);
    expect(run(root, "rev-parse", "HEAD")).toBe(made);
    expect(run(root, "status", "--porcelain")).toBe("?? s.yaml");
    expect(run(root, "log", "-1", "--format=%B")).toContain("# kept");
    expect(await commitAll(root, "again", ["s.yaml"], COMMITTING)).toBeUndefined();
  });

  test("the tree of a state is that of committing it, and asking changes nothing", async () => {
    const root = makeRepository({ "a.txt": "a", ".gitignore": "ignored\n" });
    write(root, { "a.txt": "staged", "n.txt": "n", ignored: "i", "s.yaml": "owned" });
    run(root, "add", "a.txt");
    const before = run(root, "status", "--porcelain=v2");
    const tree = await treeOf(root, ["s.yaml"]);
    expect(run(root, "status", "--porcelain=v2")).toBe(before);
    rmSync(join(root, "s.yaml"));
    commit(root, "all");
    expect(run(root, "rev-parse", "HEAD^{tree}")).toBe(tree);
  });
});

describe("a reviewer that changed the tree", () => {
  test("is undone exactly, uncommitted work included, and what it did is saved", async () => {
    const root = makeRepository({ "a.txt": "a\n", "b.txt": "b\n" });
    run(root, "checkout", "-q", "-b", "storyboard/r1/story/1-1");
    write(root, { "a.txt": "builder's, uncommitted\n", "n.txt": "untracked\n" });
    const before = await takeSnapshot(root);
    const head = run(root, "rev-parse", "HEAD");
    write(root, { "a.txt": "reviewer's\n", "n.txt": "reviewer's\n" });
    commit(root, "reviewer commits", { "r.txt": "r" });
    rmSync(join(root, "b.txt"));
    run(root, "checkout", "-q", "--detach");
    const undone = await resetTo(root, before);
    expect([...(undone?.changedPaths ?? [])].sort()).toEqual(["a.txt", "b.txt", "n.txt", "r.txt"]);
    expect(undone).toMatchObject({ committed: true, leftBranch: true });
    expect(run(root, "show", `${undone?.savedAs}:r.txt`)).toBe("r");
    expect(run(root, "status", "--porcelain").split("\n")).toEqual([" M a.txt", "?? n.txt"]);
    expect(read(root, "a.txt")).toBe("builder's, uncommitted\n");
    expect(read(root, "n.txt")).toBe("untracked\n");
    expect(run(root, "rev-parse", "HEAD", "storyboard/r1/story/1-1")).toBe(`${head}\n${head}`);
    expect(run(root, "symbolic-ref", "--short", "HEAD")).toBe("storyboard/r1/story/1-1");
    expect(await resetTo(root, before)).toBeUndefined();
  });
});
