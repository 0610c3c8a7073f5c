import type { Permission } from "../../model/pipeline.ts";

/**
 * The arguments of Codex for a level of permission: its sandbox decides, since `exec` asks nothing. They outweigh the
 * user's own configuration, but `--add-dir` keeps the folders that are writable there, which `-c` would replace.
 * @param otherFolders what `edit` may write to besides its own folder; each must be there, or no command would start
 */
export const codexPermissions = (
  permission: Permission,
  gateCommands: readonly string[],
  otherFolders: readonly string[],
): readonly string[] => {
  switch (permission) {
    case "read":
      return ["-s", "read-only"];
    case "edit":
      return [
        ...["-s", "workspace-write", "-c", OWN_FOLDERS],
        ...otherFolders.flatMap((folder) => ["--add-dir", folder]),
        ...(gateCommands.length === 0 ? [] : LISTENING),
      ];
    case "full":
      return ["--dangerously-bypass-approvals-and-sandbox"];
  }
};

/** `/tmp` belongs to everybody; a run has a temporary folder of its own in TMPDIR, which stays writable. */
const OWN_FOLDERS = "sandbox_workspace_write.exclude_slash_tmp=true";

/** Without the network no program may listen, not even on a socket of its own: tests of a server would fail. */
const LISTENING = ["-c", "sandbox_workspace_write.network_access=true"];

/**
 * What a commit may write to, of which not everything is there in every repository. The sandbox guards the folder of a
 * worktree in git even inside a folder that is writable, so that one must be named itself. Of a repository that a
 * worktree belongs to, its hooks, its settings and its other worktrees stay guarded.
 */
export const commitFolders = (gitDirectories: readonly string[]): readonly string[] => {
  const folders = [...new Set(gitDirectories)];
  const hasWorktree = (folder: string): boolean => folders.some((other) => other.startsWith(`${folder}/worktrees/`));
  return folders.flatMap((folder) => (hasWorktree(folder) ? HISTORY.map((name) => `${folder}/${name}`) : [folder]));
};

/** Objects, references and their logs in either format; what large files and remembered merges add. */
const HISTORY = ["objects", "refs", "logs", "reftable", "lfs", "rr-cache"];
