import { createHash } from "node:crypto";

/** All that the result of a gate depends on, as far as storyboard knows. */
export interface GateKeyParts {
  /** The git tree of the worktree, with what is not committed. */
  readonly tree: string;
  /** The shell line. */
  readonly command: string;
  /** The folder it runs in, relative to the project. */
  readonly cwd: string;
  /** Content hashes of the lockfiles by path: installed dependencies are not in the tree. */
  readonly lockfiles: Readonly<Record<string, string>>;
  /** Whatever else has to match: the platform, the version of the cache, leased resources. */
  readonly salt: string;
}

/** The key under which a gate's result is shared and cached: 64 hex digits, equal exactly for equal parts. */
export const gateKey = ({ tree, command, cwd, lockfiles, salt }: GateKeyParts): string => {
  const sorted = Object.entries(lockfiles).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return createHash("sha256")
    .update(JSON.stringify([tree, command, cwd, sorted, salt]))
    .digest("hex");
};
