import type { Flag } from "../../evidence/evidence.ts";
import { git } from "../../workspace/git.ts";
import type { Place, World } from "./world.ts";

/** Flags that a warning names at most. */
const NAMED_MAX = 5;

/** Branches that hold a story's newest commit before it landed: its agent pushed it, or moved a branch that is not its own. */
export const movedRefs = async (world: World, place: Place): Promise<readonly Flag[]> => {
  const { target, integration, config } = world.run;
  // In the shared copy the target is the branch that all work is on.
  const own = config.isolation === "shared" ? [] : [`refs/heads/${target.branch}`, `refs/heads/${integration}`];
  const patterns = ["refs/remotes", ...own];
  const args = ["for-each-ref", "--points-at=HEAD", "--format=%(refname)", ...patterns];
  const { stdout } = await git(args, { cwd: place.path });
  const names = stdout.split("\n").filter((name) => name !== "");
  return names.slice(0, NAMED_MAX).map((name) => {
    const what = name.startsWith("refs/remotes/") ? "was pushed to" : "was moved";
    return { kind: "moved-branch", file: name, what: `${what} by the agent: it holds work that has not landed` };
  });
};
