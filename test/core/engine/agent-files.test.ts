import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { readFileBounded } from "../../../src/core/backlog/read-project.ts";
import { acceptArtifacts } from "../../../src/core/engine/artifacts/accept-artifacts.ts";
import { readStoryArtifacts } from "../../../src/core/engine/artifacts/story-artifacts.ts";
import { watchArtifacts } from "../../../src/core/engine/artifacts/watch-artifacts.ts";
import { startedAtIn } from "../../../src/core/engine/artifacts/write-artifacts.ts";
import { readOrNone } from "../../../src/core/engine/kept-files/file-access.ts";
import { recallBefore, rememberBefore, storyTextIn } from "../../../src/core/engine/performers/reader-tree.ts";
import { gateRequest } from "../../../src/core/engine/performers/run-gate.ts";
import { storyTasksIn } from "../../../src/core/engine/performers/story-tasks.ts";
import { matchingPlaybooks } from "../../../src/core/engine/performers/turn-lessons.ts";
import type { Place, World } from "../../../src/core/engine/performers/world.ts";
import { findWrittenReview } from "../../../src/core/engine/performers/written-review.ts";
import type * as plainFiles from "../../../src/core/files/read-plain-file.ts";
import { PIPELINES } from "../../../src/core/model/pipelines.ts";
import type { Story } from "../../../src/core/model/story.ts";
import type { CheckEvidence, RunTurn } from "../../../src/core/scheduler/effects.ts";
import { policy, story } from "../../support/run.ts";
import { makeRepository, run, temporaryFolder, write } from "../workspace/repository.ts";

const opened = vi.hoisted(() => ({ now: 0, most: 0 }));
vi.mock("../../../src/core/files/read-plain-file.ts", async (original) => {
  const real = await original<typeof plainFiles>();
  const readPlainFile: typeof real.readPlainFile = async (path, bytesMax) => {
    opened.most = Math.max(opened.most, ++opened.now);
    return await real.readPlainFile(path, bytesMax).finally(() => opened.now--);
  };
  return { ...real, readPlainFile };
});

const KEY = "1-2-a";
const FILE = "docs/1-2-a.md";
const COMPLETIONS = "docs/completions";
const MEGABYTE = 2 ** 20;

const place = (path: string): Place => ({ path, projectPath: path, branch: "b" });
const pipe = (folder: string, path: string): string => {
  write(folder, { [path]: "" });
  rmSync(join(folder, path));
  execFileSync("mkfifo", [join(folder, path)]);
  return join(folder, path);
};

/** As much of a run as is asked by whoever reads a worktree. */
const worldAt = (root: string, more: object = {}): World => {
  const stories = [story(KEY, [], { file: FILE })];
  return {
    run: {
      project: root,
      policy: policy({ pipeline: PIPELINES["seven-phase"]! }),
      config: { evidence: { profile: "pantheon" }, isolation: "worktree" },
      stories,
      completions: COMPLETIONS,
      playbooks: { folder: "playbooks", isOwn: false },
    },
    stories: new Map(stories.map((each) => [each.key, each])),
    runDirectory: join(root, ".git", "run"),
    repository: { root, commonDirectory: join(root, ".git"), prefix: "" },
    background: new Set(),
    keptFiles: { alone: (work: () => Promise<void>) => work(), ownedPaths: [] },
    ...more,
  } as unknown as World;
};

describe("a pipe that nobody writes into holds nothing up", () => {
  test("in the place of a story file", async () => {
    const root = temporaryFolder();
    const path = pipe(root, FILE);
    const world = worldAt(root);
    write(root, { "playbooks/a.md": "# Badge title\n" });
    expect(await storyTasksIn(place(root), FILE)).toBeUndefined();
    expect(await storyTextIn(place(root), FILE)).toBe("");
    expect(await matchingPlaybooks(world, { story: KEY, phase: "PREPARE" } as unknown as RunTurn, place(root))).toEqual(
      [],
    );
    expect(await readFileBounded(path, 9)).toMatchObject({ kind: "unreadable", why: "it is not a regular file" });
    await expect(readOrNone(path)).rejects.toThrow(/is no plain file/);
  });

  test("in the place of a review, of what is kept of a turn, and of a lockfile", async () => {
    const root = makeRepository();
    write(root, { "docs/qa/gates/1.2-a.yml": "gate: PASS\n" });
    const world = worldAt(root);
    const kept = join(root, ".git", "before.json");
    await rememberBefore(world, place(root), kept, { story: { key: KEY } as unknown as Story, withTree: true });
    const before = await recallBefore(world, kept);
    expect(before?.tree?.head).toBe(run(root, "rev-parse", "HEAD"));
    const gate = { name: "test", run: "true", cwd: ".", timeoutMs: 1, foundIn: "" };
    const none = await gateRequest(gate, { projectPath: root, tree: "t" });
    for (const path of ["docs/qa/gates/1.2-a.yml", "package-lock.json", ".git/before.json"]) pipe(root, path);
    const review = { ...before!, tree: { ...before!.tree!, tree: run(root, "mktree", "--missing") } };
    expect(await findWrittenReview(world, KEY, place(root), review)).toEqual({ notes: [] });
    expect(await recallBefore(world, kept)).toBeUndefined();
    expect(await gateRequest(gate, { projectPath: root, tree: "t" })).toEqual(none);
  });

  test("in the place of an artifact, and of a file that one cites", async () => {
    const root = temporaryFolder();
    const cited = Array.from({ length: 100 }, (_, i) => `src/${i}.ts`);
    write(root, Object.fromEntries(cited.map((path) => [path, "one\n"])));
    truncateSync(join(root, "src/0.ts"), 2 ** 40);
    pipe(root, "src/pipe.ts");
    symlinkSync("/dev/zero", join(root, "src/zero.ts"));
    const tasks = [...cited, "src/pipe.ts", "src/zero.ts"].map((path) => ({ task: "a", evidence: `${path}:1` }));
    write(root, { [`${COMPLETIONS}/1-2-builder.json`]: JSON.stringify({ story_key: "1-2", tasks_addressed: tasks }) });
    const review = pipe(root, `${COMPLETIONS}/1-2-review.json`);
    const world = worldAt(root);
    const effect = { story: KEY, phase: "BUILD" } as unknown as CheckEvidence;
    const { rejected } = await acceptArtifacts(world, effect, place(root), undefined);
    const said = rejected?.artifacts.join("\n") ?? "";
    expect(said).toContain("cites src/pipe.ts:1, which is not there");
    expect(said).toContain("cites src/zero.ts:1, which is not there");
    expect(said).not.toContain("src/0.ts");
    expect(opened.most).toBeGreaterThan(1);
    expect(opened.most).toBeLessThanOrEqual(16);
    const { artifacts } = await readStoryArtifacts(world, place(root), KEY, { commit: undefined, left: {} });
    expect(artifacts.map((each) => each.kind)).not.toContain("review");
    expect(await startedAtIn(review)).toBeUndefined();
  });
});

test("a story file that people linked is read through the link", async () => {
  const root = temporaryFolder();
  write(root, { "elsewhere/a.md": "# A\n\n## Tasks\n\n- [x] One\n", "docs/x": "" });
  symlinkSync("../elsewhere/a.md", join(root, FILE));
  expect((await storyTasksIn(place(root), FILE))?.section).toEqual({ done: 1, total: 1 });
  expect(await storyTextIn(place(root), FILE)).toContain("- [x] One");
  expect(Buffer.from((await readOrNone(join(root, FILE)))!).toString()).toContain("- [x] One");
});

test("what is kept is read whole or not at all", async () => {
  const root = temporaryFolder();
  write(root, { "big.md": "x" });
  truncateSync(join(root, "big.md"), 17 * MEGABYTE);
  await expect(readOrNone(join(root, "big.md"))).rejects.toThrow(/is larger than 16 MB/);
  expect(await readOrNone(join(root, "none.md"))).toBeUndefined();
});

test("a progress artifact is copied as long as it is one, and no longer than one may be", async () => {
  const [root, worktree] = [temporaryFolder(), temporaryFolder()];
  const name = `${COMPLETIONS}/1-2-progress.json`;
  const world = worldAt(root);
  const { look } = watchArtifacts(world, KEY, place(worktree), { narrate: () => {}, isAdopted: false });
  const copied = async (text: string): Promise<string | undefined> => {
    write(worktree, { [`${name}.new`]: text });
    renameSync(join(worktree, `${name}.new`), join(worktree, name));
    await pause(5);
    look();
    await Promise.all([...world.background]);
    return existsSync(join(root, name)) ? readFileSync(join(root, name), "utf8") : undefined;
  };
  expect(await copied(JSON.stringify({ much: "x".repeat(MEGABYTE) }))).toBeUndefined();
  expect(await copied('{"phase":"BUILD"}')).toBe('{"phase":"BUILD"}');
  expect(await copied('{"phase":')).toBe('{"phase":"BUILD"}');
});
