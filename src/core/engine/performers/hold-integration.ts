import { git } from "../../workspace/git.ts";
import { SAVED_REFS } from "../../workspace/saved-work.ts";
import type { World } from "./world.ts";

/**
 * Nobody but the lead moves the integration branch: what an agent put there was looked at by no one. It is put back to
 * where the last landing left it, and what it pointed to is kept under a ref. Returns what a person should know of it.
 */
export const holdIntegration = async (world: World): Promise<readonly string[]> => {
  const { integration, run } = world.run;
  const cwd = world.repository.commonDirectory;
  const ref = `refs/heads/${integration}`;
  const ours = world.positions.integration;
  const { stdout: now } = await git(["rev-parse", "--verify", "--quiet", ref], { cwd, allowFailure: true });
  if (now === ours) return [];
  const kept = `${SAVED_REFS}${run}/integration/${now.slice(0, 12)}`;
  const lines = [...(now === "" ? [] : [`update ${kept} ${now}`]), `update ${ref} ${ours}`];
  await git(["update-ref", "-m", "storyboard: put back", "--stdin"], { cwd, input: `${lines.join("\n")}\n` });
  const what = now === "" ? "was deleted" : `was moved to ${now.slice(0, 10)}`;
  return [
    `${integration} ${what} by somebody else and put back${now === "" ? "" : `; what was there is kept as ${kept}`}`,
  ];
};
