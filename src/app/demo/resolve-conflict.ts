import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git, zeroSeparated } from "../../core/workspace/git.ts";

/** Commits of one story that can clash, each for itself. */
const ROUNDS_MAX = 20;

/** Rebases the branch of a worktree on another one. Where both changed the same lines, those of both stay. */
export const rebaseKeepingBoth = async (worktree: string, onto: string): Promise<void> => {
  const run = (args: readonly string[]) => git(args, { cwd: worktree, allowFailure: true });
  let { exitCode, stderr } = await run(["rebase", "--quiet", onto]);
  for (let round = 0; exitCode !== 0; round++) {
    const files = zeroSeparated((await run(["diff", "--name-only", "--diff-filter=U", "-z"])).stdout);
    if (files.length === 0 || round === ROUNDS_MAX) throw new Error(`the rebase on ${onto} failed: ${stderr.trim()}`);
    for (const file of files) {
      const path = join(worktree, file);
      await writeFile(path, bothSides(await readFile(path, "utf8")));
    }
    await git(["add", "--", ...files], { cwd: worktree });
    ({ exitCode, stderr } = await run(["rebase", "--continue"]));
  }
};

/** A text with conflict markers, with the lines of both sides and without the markers. */
export const bothSides = (text: string): string => text.replaceAll(/^(?:<{7}|={7}|>{7}|\|{7})(?: .*)?\n/gm, "");
