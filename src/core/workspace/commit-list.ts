import { type GitOptions, gitBytes } from "./git.ts";

/** One path that a commit changed. Modes and ids are git's; an all-zero id is "not there". */
export interface PathChange {
  readonly path: string;
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldId: string;
  readonly newId: string;
  /** Git's letter: `A`, `M`, `D`, `T`. Renames are a deletion and an addition. */
  readonly status: string;
}

export interface Commit {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly authorName: string;
  readonly authorEmail: string;
  /** Git's raw form: seconds since 1970 and zone. */
  readonly authorDate: string;
  /** The whole message, byte for byte as far as UTF-8 can say. */
  readonly message: Buffer;
  readonly subject: string;
  /** Compared with the first parent. */
  readonly changes: readonly PathChange[];
}

/**
 * The commits that `revisions` select (`B ^A`), oldest first, with what each of them changed: one git process.
 * Revisions must be commit ids or full ref names, never text from outside.
 */
export const listCommits = async (revisions: readonly string[], options: GitOptions): Promise<Commit[]> => {
  const { stdout } = await gitBytes(["log", ...LOG_OPTIONS, ...revisions, "--"], options);
  return readCommits(stdout);
};

// No commit text can forge a record: the output is split at NUL, which git allows in no commit field and no path.
const FIELDS = ["%H", "%T", "%P", "%an", "%ae", "%ad", "%B"];
const RECORD_MARK = "commit";
const LOG_OPTIONS = [
  "-z",
  `--format=${RECORD_MARK}%x00${FIELDS.join("%x00")}%x00`,
  "--date=raw",
  "--raw",
  "--no-abbrev",
  "--no-renames",
  "--diff-merges=first-parent",
  "--topo-order",
  "--reverse",
  "--no-color",
  "--no-ext-diff",
  "--no-show-signature",
  "--no-notes",
  "--no-mailmap",
  "--ignore-submodules=none",
];

const readCommits = (output: Buffer): Commit[] => {
  // latin1 keeps every byte as one character, so a message in no valid encoding survives.
  const fields = output.toString("latin1").split("\0");
  const commits: Commit[] = [];
  let at = 0;
  while (fields[at]?.replace(/^\n/, "") === RECORD_MARK) {
    const { commit, next } = readCommit(fields, at + 1);
    commits.push(commit);
    at = next;
  }
  return commits;
};

const readCommit = (fields: readonly string[], start: number): { commit: Commit; next: number } => {
  const [id = "", tree = "", parents = "", name = "", email = "", date = "", body = ""] = fields.slice(
    start,
    start + 7,
  );
  let next = start + FIELDS.length;
  const changes: PathChange[] = [];
  // A commit without changes ends with an empty field; one with changes with `\n` glued to its first one.
  while (next < fields.length && !isRecordMark(fields[next])) {
    const change = readChange(fields[next] ?? "", fields[next + 1] ?? "");
    if (change !== undefined) changes.push(change);
    next += change === undefined ? 1 : 2;
  }
  const message = Buffer.from(body, "latin1");
  const commit: Commit = {
    id,
    tree,
    parents: parents === "" ? [] : parents.split(" "),
    authorName: decode(name),
    authorEmail: decode(email),
    authorDate: date,
    message,
    subject: decode(body).split("\n")[0] ?? "",
    changes,
  };
  return { commit, next };
};

const isRecordMark = (field: string | undefined): boolean => field?.replace(/^\n/, "") === RECORD_MARK;

const decode = (latin1: string): string => Buffer.from(latin1, "latin1").toString("utf8");

const CHANGE = /^\n?:(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*$/;

const readChange = (header: string, path: string): PathChange | undefined => {
  const match = CHANGE.exec(header);
  if (match === null) return undefined;
  const [, oldMode = "", newMode = "", oldId = "", newId = "", status = ""] = match;
  return { path: decode(path), oldMode, newMode, oldId, newId, status };
};

/** What differs between two commits or trees, one git process. `paths` limits it, literally. */
export const listChanges = async (
  from: string,
  to: string,
  options: GitOptions,
  paths: readonly string[] = [],
): Promise<PathChange[]> => {
  const limit = paths.map((path) => `:(top,literal)${path.replace(/\/$/, "")}`);
  const args = ["diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", from, to, "--", ...limit];
  const fields = (await gitBytes(args, options)).stdout.toString("latin1").split("\0");
  const changes: PathChange[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const change = readChange(fields[i] ?? "", fields[i + 1] ?? "");
    if (change !== undefined) changes.push(change);
  }
  return changes;
};
