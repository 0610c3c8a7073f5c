import { git } from "../../workspace/git.ts";
import { SAVED_REFS } from "../../workspace/saved-work.ts";
import type { World } from "./world.ts";

/** Nobody but the lead moves the integration branch: what an agent put there was looked at by no one. */
export const holdIntegration = (world: World): Promise<readonly string[]> =>
  hold(world, world.run.integration, world.positions.integration);

/** What lands is the commit whose evidence was checked; unset where nobody checked any. */
export const holdStory = async (
  world: World,
  branch: string,
  checked: string | undefined,
): Promise<readonly string[]> => (checked === undefined ? [] : await hold(world, branch, checked));

/**
 * Puts a branch back to where it was left, and keeps what it pointed to under a ref. Returns what a person should know of
 * it; nothing where the branch is as it was.
 */
const hold = async (world: World, branch: string, ours: string): Promise<readonly string[]> => {
  const cwd = world.repository.commonDirectory;
  const ref = `refs/heads/${branch}`;
  const { stdout: now } = await git(["rev-parse", "--verify", "--quiet", ref], { cwd, allowFailure: true });
  if (now === ours) return [];
  const kept = `${SAVED_REFS}${branch.replace(/^storyboard\//, "")}/${now.slice(0, 12)}`;
  const lines = [...(now === "" ? [] : [`update ${kept} ${now}`]), `update ${ref} ${ours}`];
  await git(["update-ref", "-m", "storyboard: put back", "--stdin"], { cwd, input: `${lines.join("\n")}\n` });
  const what = now === "" ? "was deleted" : `was moved to ${now.slice(0, 10)}`;
  return [`${branch} ${what} by somebody else and put back${now === "" ? "" : `; what was there is kept as ${kept}`}`];
};
