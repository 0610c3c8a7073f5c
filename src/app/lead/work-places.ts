import { git } from "../../core/workspace/git.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { createWorktrees } from "../../core/workspace/worktrees.ts";
import type { StoredRun } from "./runs.ts";
import type { WorkPlaces } from "./summary-facts.ts";

/** Where the work of a run is that nobody leads any more; undefined for a run in the shared copy. */
export const workPlacesOf = async (repository: Repository, { file }: StoredRun): Promise<WorkPlaces | undefined> => {
  if (file.config.isolation !== "worktree") return undefined;
  const cwd = repository.commonDirectory;
  const pool = createWorktrees(repository, { root: file.worktreeRoot, keep: [], carried: file.setup.carried });
  const [worktrees, { stdout }] = await Promise.all([
    pool.list(),
    git(["for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", `refs/heads/storyboard/${file.run}/`], { cwd }),
  ]);
  const heads = new Map(
    stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => [line.slice(line.indexOf(" ") + 1), line.slice(0, line.indexOf(" "))]),
  );
  const integration = heads.get(file.integration);
  // The target may have gone on since; what counts is that the work is in it.
  const isIn =
    integration !== undefined &&
    (
      await git(["merge-base", "--is-ancestor", integration, `refs/heads/${file.target.branch}`], {
        cwd,
        allowFailure: true,
      })
    ).exitCode === 0;
  return { worktrees, branches: new Set(heads.keys()), integration, target: isIn ? integration : undefined };
};
