import { gitBytes, zeroSeparated } from "./git.ts";

/** Which of these paths, relative to the top of the repository, are executable in a commit. */
export const executablesIn = async (cwd: string, commit: string, paths: readonly string[]): Promise<Set<string>> => {
  if (paths.length === 0) return new Set();
  const { stdout } = await gitBytes(["ls-tree", "-r", "-z", "--full-tree", commit, "--", ...paths], { cwd });
  const lines = zeroSeparated(stdout).filter((line) => line.startsWith("100755 "));
  return new Set(lines.map((line) => line.slice(line.indexOf("\t") + 1)));
};
