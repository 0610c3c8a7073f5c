import { git } from "./git.ts";

/** A commit that somebody names, as far as a branch has it. */
export type NamedCommit =
  | { readonly kind: "landed"; readonly id: string; readonly subject: string }
  /** `why` goes behind `commit abc1234,`. */
  | { readonly kind: "refused"; readonly why: string };

/** Commits of one subject that are looked at. */
const SAME_SUBJECT_MAX = 1_000;

/**
 * Looks for a named commit in a branch's history: itself, or what a landing or a rebase made of it, which has its author,
 * the time of its writing and its subject. One that changes nothing, or was reverted since, is refused. `hash` is 7 to 64
 * hexadecimal digits.
 */
export const findLandedCommit = async (cwd: string, hash: string, branch: string): Promise<NamedCommit> => {
  const options = { cwd, allowFailure: true } as const;
  const found = await git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${hash}^{commit}`], options);
  const named = found.stdout.trim();
  if (found.exitCode !== 0) return refused("which is not in this repository");
  const { stdout: written } = await git(["show", "-s", `--format=${WRITTEN}`, named], options);
  const subject = written.split("\0")[2] ?? "";
  const search = [
    "--fixed-strings",
    `--grep=${subject}`,
    `--max-count=${SAME_SUBJECT_MAX}`,
    `--format=%H%x00${WRITTEN}`,
  ];
  const { stdout } = await git(["log", ...search, branch, "--"], options);
  const same = stdout.split("\n").find((line) => line.slice(line.indexOf("\0") + 1) === written);
  if (same === undefined) return refused("which has not landed");
  const id = same.slice(0, same.indexOf("\0"));
  const [files, reverted] = await Promise.all([
    git(["diff-tree", "--root", "--no-commit-id", "--name-only", "-r", "-z", id], options),
    git(["log", "--max-count=1", "--format=%H", `--grep=This reverts commit ${id}`, branch, "--"], options),
  ]);
  if (files.stdout === "") return refused("which changes nothing");
  return reverted.stdout === "" ? { kind: "landed", id, subject } : refused("which was reverted since");
};

/** Who wrote a commit, when, and what it is about: what stays of it however often it is replayed. */
const WRITTEN = "%ae%x00%at%x00%s";

const refused = (why: string): NamedCommit => ({ kind: "refused", why });
