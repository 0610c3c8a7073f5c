import { randomUUID } from "node:crypto";
import type { Committing } from "./check-committing.ts";
import { git, gitBytes } from "./git.ts";
import type { Repository } from "./inspect-repository.ts";
import { isSafeRelativePath } from "./path-set.ts";

/** Storyboard's own changes to owned files, as a commit on top of a landed story. */
export interface Bookkeeping {
  /** New content by path, relative to the top of the repository. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Those of them that are executable. */
  readonly executables?: ReadonlySet<string>;
  /** Never titled `feat(`: that would look like a story's work. */
  readonly message: string;
}

/** Reads a file of the state that the commit goes on top of; undefined when there is none. */
export type ReadLanded = (path: string) => Promise<Uint8Array | undefined>;

/** Reader of the files of a commit. */
export const readerOf =
  (repository: Repository, commit: string): ReadLanded =>
  async (path) => {
    const args = ["cat-file", "blob", `${commit}:${path}`];
    const result = await gitBytes(args, { cwd: repository.commonDirectory, allowFailure: true });
    return result.exitCode === 0 ? result.stdout : undefined;
  };

/**
 * Writes the bookkeeping commit, whatever the number of files in one git process (two when signed). Returns its id and
 * the name of a scratch ref that the caller deletes together with moving its branch.
 */
export const writeBookkeeping = async (
  repository: Repository,
  parent: string,
  bookkeeping: Bookkeeping,
  committing: Committing,
): Promise<{ readonly commit: string; readonly scratchRef: string }> => {
  if (/^feat\b/i.test(bookkeeping.message)) throw new Error(`a bookkeeping commit is titled ${bookkeeping.message}`);
  const cwd = repository.commonDirectory;
  const scratchRef = `refs/storyboard/scratch/${randomUUID()}`;
  const committer = await git(["var", "GIT_COMMITTER_IDENT"], { cwd, env: committing.environment });
  const input = importStream({ ref: scratchRef, parent, committer: committer.stdout, bookkeeping });
  const imported = await git(["fast-import", "--quiet", "--date-format=raw"], { cwd, input });
  if (!committing.sign) return { commit: imported.stdout, scratchRef };
  const signed = await git(["commit-tree", "-S", `${imported.stdout}^{tree}`, "-p", parent, "-F", "-"], {
    cwd,
    input: bookkeeping.message,
    env: committing.environment,
  });
  return { commit: signed.stdout, scratchRef };
};

const importStream = (of: { ref: string; parent: string; committer: string; bookkeeping: Bookkeeping }): Buffer => {
  const message = Buffer.from(of.bookkeeping.message);
  const parts: (string | Uint8Array)[] = [
    `commit ${of.ref}\nmark :1\ncommitter ${of.committer}\ndata ${message.length}\n`,
    message,
    `\nfrom ${of.parent}\n`,
  ];
  for (const [path, bytes] of of.bookkeeping.files) {
    if (!isSafeRelativePath(path)) throw new Error(`not a path of the repository: ${JSON.stringify(path)}`);
    const mode = of.bookkeeping.executables?.has(path) ? "100755" : "100644";
    parts.push(`M ${mode} inline ${quotePath(path)}\ndata ${bytes.length}\n`, bytes, "\n");
  }
  parts.push("get-mark :1\n");
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
};

/** C-style quoting, as fast-import reads it. */
const quotePath = (path: string): string => {
  const escaped = path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return `"${escaped}"`;
};
