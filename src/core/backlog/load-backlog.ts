import type { Config } from "../model/config.ts";
import type { Backlog } from "../model/story.ts";
import { UserError } from "../model/user-error.ts";
import { loadBmadBacklog, noBacklogError } from "./bmad-backlog.ts";
import { loadPlainBacklog } from "./plain-stories.ts";

/** The source that a run already uses, so that a later reading cannot slip over to another one. */
export type KnownSource = Pick<Backlog, "source" | "sprintFile">;

/**
 * Reads the backlog of a project: the stories of storyboard.yaml if there are any, else BMAD's, unless `source` says
 * which. Throws a UserError that names what is wrong and where; or the places searched, where there is no backlog.
 */
export const loadBacklog = async (
  projectDirectory: string,
  config: Config,
  knownSource?: KnownSource,
): Promise<Backlog> => {
  const source = knownSource?.source ?? config.source;
  const plain = config.stories ?? [];
  if (source === "phases") {
    throw new UserError("source: phases is set, but this version reads no phases document.", [
      "Set `source: auto`, and list the stories under `stories:` in storyboard.yaml.",
    ]);
  }
  if (source === "storyboard" && plain.length === 0) {
    throw new UserError("storyboard.yaml is set as the source of the stories, but it lists none.", [
      "List them under `stories:`, or set `source: auto`.",
    ]);
  }
  if (source === "storyboard" || (source === "auto" && plain.length > 0)) {
    return await loadPlainBacklog(projectDirectory, plain);
  }
  const backlog = await loadBmadBacklog(projectDirectory, knownSource?.sprintFile);
  if (backlog === undefined) throw await noBacklogError(projectDirectory);
  return backlog;
};
