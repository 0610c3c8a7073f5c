import { findStoryKey } from "../../core/model/story-key.ts";
import { UserError } from "../../core/model/user-error.ts";
import type { ProjectOptions } from "../command-line/parsed-command.ts";
import { newestRun, recallRun, runIds } from "../lead/runs.ts";
import type { OwnPackage } from "../own-package.ts";
import { ctlCommand } from "./ctl.ts";
import type { CommandOutput } from "./output.ts";
import { projectFolder } from "./project.ts";

/**
 * `storyboard confirm KEY`: a person has done their part of a story that landed. Throws a UserError for a story of an
 * older run: on top of its branches others have landed since.
 */
export const confirmCommand = (
  story: string,
  options: ProjectOptions,
  own: OwnPackage,
  output: CommandOutput,
): Promise<number> => {
  refuseOlder(story, projectFolder(options));
  return ctlCommand({ type: "confirm", story }, options, own, output);
};

const refuseOlder = (word: string, project: string): void => {
  const newest = newestRun(project);
  if (
    newest === undefined ||
    findStoryKey(
      word,
      newest.file.stories.map(({ key }) => key),
    ) !== undefined
  )
    return;
  for (const run of runIds(project).reverse()) {
    const earlier = recallRun(project, run);
    const key = earlier && findStoryKey(word, earlier.state.stories.keys());
    if (key === undefined || earlier?.state.stories.get(key)?.outcome !== "awaiting-operator") continue;
    const file = earlier.file.sprintFile ?? "your sprint file";
    throw new UserError(`${key} is of run ${run}, and a newer run was started since.`, [
      `Set it to done yourself: in ${file}, and in its story file`,
    ]);
  }
};
