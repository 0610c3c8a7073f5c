import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { OWN_IDENTITY } from "./check-committing.ts";
import { git, gitBytes, zeroSeparated } from "./git.ts";
import { hasGitVersion, type Repository } from "./inspect-repository.ts";

/** A three-way merge in the object database. */
export type TreeMerge =
  | { readonly kind: "merged"; readonly tree: string }
  | {
      readonly kind: "conflict";
      readonly files: readonly string[];
      readonly message: string;
      /** What is merged so far, with marks of conflict in those files; undefined for git before 2.38. */
      readonly tree?: string;
    };

export interface TreeMergeRequest {
  /** Commit that both sides are compared with. */
  readonly base: string;
  /** Commit that the result goes on top of. */
  readonly ours: string;
  /** Commit that is brought in. */
  readonly theirs: string;
  /** Whether git itself would choose `base` as the merge base of `ours` and `theirs`. */
  readonly isNaturalBase: boolean;
}

/** Merges without touching a working copy: by `merge-tree` (git 2.38), else in an index of its own. */
export const mergeTrees = async (repository: Repository, request: TreeMergeRequest): Promise<TreeMerge> => {
  if (!hasGitVersion(repository, 2, 38)) return await mergeInIndex(repository, request);
  const cwd = repository.commonDirectory;
  const args = ["merge-tree", "--write-tree", "-z", "--name-only"];
  let ours = request.ours;
  if (!request.isNaturalBase) {
    if (hasGitVersion(repository, 2, 40)) args.push(`--merge-base=${request.base}`);
    else ours = await withParent(repository, request.ours, request.base);
  }
  const result = await gitBytes([...args, ours, request.theirs], { cwd, allowFailure: true });
  const [tree = "", ...rest] = result.stdout.toString("utf8").split("\0");
  if (result.exitCode === 0) return { kind: "merged", tree };
  if (result.exitCode !== 1) throw new Error(`git merge-tree ${ours} ${request.theirs}: ${result.stderr.trim()}`);
  return readConflict(tree, rest);
};

/** The same tree under another parent: gives merge-tree the base that we mean where it has no option for it. */
const withParent = async (repository: Repository, commit: string, parent: string): Promise<string> => {
  const args = ["commit-tree", `${commit}^{tree}`, "-p", parent, "-m", "storyboard: merge base"];
  return (await git(args, { cwd: repository.commonDirectory, env: OWN_IDENTITY })).stdout;
};

// After the tree: conflicting paths, an empty field, then messages as count, paths, kind and text.
const readConflict = (tree: string, fields: readonly string[]): TreeMerge => {
  const end = fields.indexOf("");
  const files = [...new Set(fields.slice(0, end))];
  const texts = fields.slice(end + 1).filter((field) => /^CONFLICT \([^)]*\): /.test(field));
  return { kind: "conflict", files, message: texts.map((text) => text.trim()).join("\n"), tree };
};

/** For git before 2.38: the way of `git merge-resolve`, in an index and an empty work tree that are ours alone. */
const mergeInIndex = async (repository: Repository, request: TreeMergeRequest): Promise<TreeMerge> => {
  const folder = join(repository.commonDirectory, "storyboard", `merge-${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  const env = {
    GIT_DIR: repository.commonDirectory,
    GIT_WORK_TREE: folder,
    GIT_INDEX_FILE: join(repository.commonDirectory, "storyboard", `${folder.split("/").at(-1)}.index`),
  };
  const options = { cwd: folder, env };
  try {
    const { base, ours, theirs } = request;
    await git(["read-tree", "-i", "-m", "--aggressive", base, ours, theirs], options);
    await git(["merge-index", "-o", "-q", "git-merge-one-file", "-a"], { ...options, allowFailure: true });
    const unmerged = zeroSeparated((await gitBytes(["ls-files", "-u", "-z"], options)).stdout);
    if (unmerged.length === 0) return { kind: "merged", tree: (await git(["write-tree"], options)).stdout };
    const files = [...new Set(unmerged.map((entry) => entry.split("\t")[1] ?? ""))];
    return { kind: "conflict", files, message: files.map((file) => `CONFLICT: ${file}`).join("\n") };
  } finally {
    await Promise.all([rm(folder, { recursive: true, force: true }), rm(env.GIT_INDEX_FILE, { force: true })]);
  }
};
