import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkoutForGates, checkoutStory } from "../../../src/core/workspace/gate-checkout.ts";
import type { Repository } from "../../../src/core/workspace/inspect-repository.ts";
import { commitLanding, type LandRequest, land, planLanding } from "../../../src/core/workspace/landing.ts";
import { ensureBranch, proofRef } from "../../../src/core/workspace/landing-refs.ts";
import { COMMITTING, commit, makeRepository, opened, run, write } from "./repository.ts";

const INTEGRATION = "storyboard/r1/integration";
const SPRINT = "docs/sprint-status.yaml";

interface Ground {
  readonly root: string;
  readonly repository: Repository;
  readonly baseline: string;
  readonly request: (key: string, more?: Partial<LandRequest>) => LandRequest;
  readonly story: (key: string) => string;
}

const ground = async (
  files: Readonly<Record<string, string>> = { "a.txt": "1\n2\n3\n4\n5\n", [SPRINT]: "s: ready\n" },
): Promise<Ground> => {
  const root = makeRepository(files);
  const repository = await opened(root);
  await ensureBranch(repository, INTEGRATION, repository.headCommit);
  const request = (key: string, more: Partial<LandRequest> = {}): LandRequest => ({
    repository,
    branch: `storyboard/r1/story/${key}`,
    baseline: repository.headCommit,
    integration: INTEGRATION,
    proof: proofRef("r1", key),
    ownedPaths: [SPRINT],
    committing: COMMITTING,
    ...more,
  });
  const story = (key: string): string => {
    const path = join(root, "..", key);
    run(root, "worktree", "add", "-q", "-b", `storyboard/r1/story/${key}`, path, repository.headCommit);
    return path;
  };
  return { root, repository, baseline: repository.headCommit, request, story };
};

const show = (root: string, what: string): string => run(root, "show", what);

describe("landing", () => {
  test("a story on an unmoved branch lands as the very commit that it is", async () => {
    const { root, request, story, baseline } = await ground();
    const made = commit(story("1-1"), "feat(1-1): one", { "new.txt": "n\n" });
    expect(await land(request("1-1"))).toEqual({
      kind: "landed",
      commit: made,
      integrationBefore: baseline,
      integrationAfter: made,
    });
    expect(run(root, "rev-parse", INTEGRATION)).toBe(made);
  });

  test("several commits are rebased one by one; author, date and message stay", async () => {
    const { root, request, story } = await ground();
    commit(story("other"), "feat(other): moves the branch", { "a.txt": "1\n2\n3\n4\nfive\n" });
    await land(request("other"));
    const work = story("1-1");
    commit(work, "feat(1-1): one", { "a.txt": "one\n2\n3\n4\n5\n" });
    commit(work, "fix: two\n\nWith a body.\n\n# and a line that git would strip", { "a.txt": "one\ntwo\n3\n4\n5\n" });
    run(
      work,
      "commit",
      "-q",
      "--amend",
      "--no-edit",
      "--author=Zoë <zoe@example.com>",
      "--date=2001-02-03T04:05:06+0700",
    );
    const before = run(work, "log", "-2", "--format=%an %ae %ad %B");
    expect(await land(request("1-1"))).toMatchObject({ kind: "landed" });
    expect(run(root, "log", "-2", "--format=%an %ae %ad %B", INTEGRATION)).toBe(before);
    expect(show(root, `${INTEGRATION}:a.txt`)).toBe("one\ntwo\n3\n4\nfive");
    expect(show(root, `${INTEGRATION}~1:a.txt`)).toBe("one\n2\n3\n4\nfive");
  });

  test("a landing that is repeated gives the same result and lands nothing twice", async () => {
    const { root, request, story } = await ground();
    commit(story("1-1"), "feat(1-1): one", { "new.txt": "n\n" });
    const bookkeeping = async () => ({
      files: new Map([[SPRINT, Buffer.from("s: done\n")]]),
      message: "chore(1-1): done",
    });
    const first = await land(request("1-1", { bookkeeping }));
    commit(story("1-2"), "feat(1-2): two", { "two.txt": "n\n" });
    await land(request("1-2"));
    const count = run(root, "rev-list", "--count", INTEGRATION);
    expect(await land(request("1-1", { bookkeeping }))).toEqual(first);
    expect(run(root, "rev-list", "--count", INTEGRATION)).toBe(count);
  });

  test("bookkeeping reads what landed and goes on top, with odd names and bytes", async () => {
    const { root, request, story } = await ground();
    commit(story("1-1"), "feat(1-1): one", { "new.txt": "n\n", [SPRINT]: "s: agent says done\n" });
    const seen: (string | undefined)[] = [];
    const bytes = Buffer.from([0, 255, 10, 13, 34]);
    const result = await land(
      request("1-1", {
        bookkeeping: async (get) => {
          for (const path of [SPRINT, "new.txt", "none"]) seen.push((await get(path))?.toString());
          return { files: new Map([['odd "name"\\ é.bin', bytes]]), message: "chore(1-1): reconcile\n\nbody" };
        },
      }),
    );
    expect(seen).toEqual(["s: ready\n", "n\n", undefined]);
    expect(result).toMatchObject({ kind: "landed" });
    expect(run(root, "log", "-2", "--format=%s|%cn", INTEGRATION)).toBe(
      "chore(1-1): reconcile|Ada\nfeat(1-1): one|Ada",
    );
    expect(run(root, "ls-tree", "-z", "-r", "--name-only", INTEGRATION).split("\0")).toContain('odd "name"\\ é.bin');
    expect(run(root, "for-each-ref", "refs/storyboard/scratch")).toBe("");
    await expect(
      land(
        request("1-1", {
          proof: proofRef("r1", "again"),
          bookkeeping: async () => ({ files: new Map(), message: "feat(x): no" }),
        }),
      ),
    ).resolves.toEqual({ kind: "nothing" });
  });

  test("the agent's version of owned and carried-in files stays behind, in every commit", async () => {
    const { root, request, story } = await ground();
    const work = story("1-1");
    commit(work, "feat(1-1): one", { "new.txt": "n\n", [SPRINT]: "s: agent\n", "_bmad/x/y.md": "carried\n" });
    commit(work, "chore: only the sprint file", { [SPRINT]: "s: agent again\n" });
    commit(story("1-2"), "feat(1-2): moves the branch", { "two.txt": "2\n" });
    const bookkeeping = async () => ({ files: new Map([[SPRINT, Buffer.from("s: ours\n")]]), message: "chore: ours" });
    await land(request("1-2", { bookkeeping }));
    const result = await land(request("1-1", { ownedPaths: [SPRINT, "_bmad/"] }));
    expect(result).toMatchObject({ kind: "landed" });
    expect(show(root, `${INTEGRATION}:${SPRINT}`)).toBe("s: ours");
    expect(run(root, "ls-tree", "-r", "--name-only", INTEGRATION).split("\n")).toEqual([
      "a.txt",
      SPRINT,
      "new.txt",
      "two.txt",
    ]);
    expect(run(root, "log", "-1", "--format=%s", INTEGRATION)).toBe("feat(1-1): one");
  });

  test("a story that changed owned files alone is nothing, even on an unmoved branch", async () => {
    const { request, story } = await ground();
    commit(story("1-1"), "feat(1-1): all done", { [SPRINT]: "s: done\n" });
    expect(await land(request("1-1"))).toEqual({ kind: "nothing" });
  });

  test("a conflict names the files and moves nothing; the repaired branch lands", async () => {
    const { root, request, story } = await ground();
    commit(story("1-2"), "feat(1-2): two", { "a.txt": "2-2\n2\n3\n4\n5\n" });
    await land(request("1-2"));
    const work = story("1-1");
    commit(work, "feat(1-1): one", { "a.txt": "1-1\n2\n3\n4\n5\n", "odd é.txt": "x\n" });
    const at = run(root, "rev-parse", INTEGRATION);
    const refused = await land(request("1-1"));
    expect(refused).toMatchObject({ kind: "conflict", files: ["a.txt"] });
    expect((refused as { message: string }).message).toMatch(/CONFLICT/);
    expect(run(root, "rev-parse", INTEGRATION)).toBe(at);
    expect(() => run(work, "rebase", "-q", INTEGRATION)).toThrow();
    write(work, { "a.txt": "both\n2\n3\n4\n5\n" });
    run(work, "add", "-A");
    run(work, "-c", "core.editor=true", "rebase", "--continue");
    const head = run(work, "rev-parse", "HEAD");
    expect(await land(request("1-1"))).toMatchObject({ kind: "landed", commit: head });
  });

  test("a branch into which the agent merged others lands as one commit, with its own changes only", async () => {
    const { root, request, story } = await ground();
    commit(story("1-2"), "feat(1-2): two", { "two.txt": "2\n" });
    await land(request("1-2"));
    const work = story("1-1");
    commit(work, "feat(1-1): one", { "one.txt": "1\n" });
    run(work, "merge", "-q", "--no-edit", INTEGRATION);
    commit(work, "fix(1-1): after the merge", { "one.txt": "1\n1\n", [SPRINT]: "s: agent\n" });
    commit(story("1-3"), "feat(1-3): three", { "three.txt": "3\n" });
    await land(request("1-3"));
    expect(await land(request("1-1"))).toMatchObject({ kind: "landed" });
    expect(run(root, "log", "--format=%s", "--reverse", `main..${INTEGRATION}`).split("\n")).toEqual([
      "feat(1-2): two",
      "feat(1-3): three",
      "fix(1-1): after the merge",
    ]);
    expect(run(root, "log", "-1", "--format=%B", INTEGRATION)).toContain("feat(1-1): one");
    expect(run(root, "diff", "--name-only", `${INTEGRATION}~1`, INTEGRATION)).toBe("one.txt");
  });

  test("binary files, renames, modes, deletions and odd names land", async () => {
    const { root, request, story } = await ground({
      "a.txt": "1\n2\n3\n",
      "old.txt": "a\nb\nc\nd\n",
      "gone.txt": "x",
      "run.sh": "x",
    });
    commit(story("1-2"), "feat(1-2): edits what the other renames", { "old.txt": "a\nb\nc\nd\ne\n" });
    await land(request("1-2"));
    const work = story("1-1");
    run(work, "mv", "old.txt", "new name\twith\ttabs.txt");
    rmSync(join(work, "gone.txt"));
    chmodSync(join(work, "run.sh"), 0o755);
    commit(work, "feat(1-1): all kinds", { "bin.dat": Buffer.from([0, 1, 255, 254]) });
    expect(await land(request("1-1"))).toMatchObject({ kind: "landed" });
    const tree = run(root, "ls-tree", "-r", "-z", INTEGRATION).split("\0");
    expect(tree.map((entry) => entry.split("\t").slice(1).join("\t"))).toEqual([
      "a.txt",
      "bin.dat",
      "new name\twith\ttabs.txt",
      "run.sh",
      "",
    ]);
    expect(tree.find((entry) => entry.endsWith("run.sh"))).toMatch(/^100755/);
    expect(show(root, `${INTEGRATION}:new name\twith\ttabs.txt`)).toBe("a\nb\nc\nd\ne");
  });

  test("a branch that was begun anew elsewhere is not landed", async () => {
    const { request, story } = await ground();
    const work = story("1-1");
    run(work, "checkout", "-q", "--orphan", "fresh");
    commit(work, "feat(1-1): one", { "x.txt": "x" });
    run(work, "branch", "-f", "storyboard/r1/story/1-1", "HEAD");
    expect(await land(request("1-1"))).toEqual({ kind: "not-descended" });
  });

  test("a plan moves nothing until it is committed, and a stale one is refused", async () => {
    const { root, repository, request, story, baseline } = await ground();
    const work = story("1-1");
    commit(work, "feat(1-1): one", { "one.txt": "1" });
    const plan = await planLanding(request("1-1"));
    if (plan.kind !== "planned") throw new Error(plan.kind);
    expect(run(root, "rev-parse", INTEGRATION)).toBe(baseline);
    write(work, { "a.txt": "edited by nobody knows whom\n" });
    await checkoutForGates(work, plan.landed.after);
    expect(run(work, "rev-parse", "HEAD")).toBe(plan.landed.after);
    await checkoutStory(work, "storyboard/r1/story/1-1");
    commit(story("1-2"), "feat(1-2): two", { "two.txt": "2" });
    await land(request("1-2"));
    expect(await commitLanding(repository, plan)).toBe("stale");
    expect(await land(request("1-1"))).toMatchObject({ kind: "landed" });
    expect(run(root, "ls-tree", "--name-only", INTEGRATION).split("\n")).toEqual([
      "a.txt",
      "docs",
      "one.txt",
      "two.txt",
    ]);
  });

  test("a git without merge-tree lands and reports conflicts just the same", async () => {
    const { root, repository, request, story } = await ground();
    const old = { repository: { ...repository, gitVersion: [2, 31] as const } };
    commit(story("1-2"), "feat(1-2): two", { "a.txt": "1\n2\n3\n4\nfive\n" });
    await land(request("1-2", old));
    const work = story("1-1");
    commit(work, "feat(1-1): one", { "a.txt": "one\n2\n3\n4\n5\n" });
    commit(work, "feat(1-1): more", { "a.txt": "one\ntwo\n3\n4\n5\n", "n.txt": "n" });
    expect(await land(request("1-1", old))).toMatchObject({ kind: "landed" });
    expect(show(root, `${INTEGRATION}:a.txt`)).toBe("one\ntwo\n3\n4\nfive");
    commit(story("1-3"), "feat(1-3): three", { "a.txt": "3-3\n2\n3\n4\n5\n" });
    expect(await land(request("1-3", old))).toMatchObject({ kind: "conflict", files: ["a.txt"] });
  });
});
