import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../../core/model/user-error.ts";
import { git } from "../../core/workspace/git.ts";
import { readLead } from "../../core/workspace/lock.ts";
import { OWN_FOLDER, readRunIn, type StoredRun } from "../lead/runs.ts";

/** What a gate is asked for, and where. All paths are absolute. */
export interface GateProject {
  /** The project whose lead is asked. */
  readonly project: string;
  /** The asker's folder. */
  readonly folder: string;
  /** Top of the working copy that the folder lies in. */
  readonly top: string;
  /** The project in that working copy. */
  readonly projectPath: string;
  /** The git folder that all worktrees share, and the project below the top: `""` or `a/b/`. */
  readonly commonDirectory: string;
  readonly prefix: string;
  /** The run whose agent asks, and the story that it works on. */
  readonly run?: StoredRun;
  readonly story?: string;
}

/**
 * Finds the project that a gate is asked for: the one that was named, that of the run whose agent asks, that of whoever
 * leads in the repository (asked from one of its worktrees), or the current folder. Throws a UserError outside of git.
 */
export const findGateProject = async (
  named: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<GateProject> => {
  const folder = realpathSync(resolve(named ?? "."));
  const here = await placeOf(folder);
  const run = named === undefined ? runOf(environment) : undefined;
  const project = realpathSync(run?.file.project ?? (named === undefined ? await ledFrom(folder, here) : folder));
  const { prefix } = project === folder ? here : await placeOf(project);
  const story = run === undefined ? undefined : environment.STORYBOARD_STORY;
  return {
    project,
    folder,
    top: here.top,
    projectPath: join(here.top, prefix),
    commonDirectory: here.commonDirectory,
    prefix,
    ...(run === undefined ? {} : { run }),
    ...(story === undefined || story === "" ? {} : { story }),
  };
};

/** The run that an agent is told of: its turn's folder is `.storyboard/runs/<run>/jobs/<turn>` of the project. */
const runOf = ({ STORYBOARD_TURN_DIR, STORYBOARD_RUN }: NodeJS.ProcessEnv): StoredRun | undefined => {
  if (STORYBOARD_TURN_DIR === undefined || STORYBOARD_RUN === undefined) return undefined;
  const directory = dirname(dirname(STORYBOARD_TURN_DIR));
  if (basename(directory) !== STORYBOARD_RUN) return undefined;
  const stored = readRunIn(directory);
  return stored !== undefined && existsSync(stored.file.project) ? stored : undefined;
};

/** The project that is led from elsewhere in this repository, for somebody who stands in a worktree of its run. */
const ledFrom = async (folder: string, { commonDirectory }: Place): Promise<string> => {
  if (existsSync(join(folder, OWN_FOLDER))) return folder;
  const lead = await readLead(commonDirectory);
  return lead !== undefined && existsSync(lead.project) ? lead.project : folder;
};

type Place = Pick<GateProject, "top" | "commonDirectory" | "prefix">;

const placeOf = async (folder: string): Promise<Place> => {
  const args = ["rev-parse", "--path-format=absolute", "--git-common-dir", "--show-toplevel", "--show-prefix"];
  const { exitCode, stdout } = await git(args, { cwd: folder, allowFailure: true });
  const [commonDirectory, top, prefix = ""] = stdout.split("\n");
  if (exitCode === 0 && commonDirectory !== undefined && top !== undefined) {
    return { commonDirectory, top: realpathSync(top), prefix };
  }
  throw new UserError(`${folder} is not in a git working copy; a gate's result belongs to a state of git.`, [
    "Ask from the project's folder, or name it with --project.",
  ]);
};
