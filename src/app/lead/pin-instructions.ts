import { join } from "node:path";
import { readBmadLanguages } from "../../core/backlog/bmad-config.ts";
import { type ProjectSkills, projectSkills, SKILL_BYTES_MAX, SKILL_PATHS } from "../../core/backlog/project-skills.ts";
import { readBmadTexts } from "../../core/backlog/read-bmad-texts.ts";
import { mapBounded, readFileBounded } from "../../core/backlog/read-project.ts";
import { decodeLeniently } from "../../core/backlog/text.ts";
import type { RunFile } from "../../core/engine/run-file.ts";
import type { Config } from "../../core/model/config.ts";
import { coversPath } from "../../core/model/glob.ts";
import { git } from "../../core/workspace/git.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { pinPrompts } from "./pin-prompts.ts";

/** What the agents of a run are told besides their stories, pinned at its start, and what a person should know of it. */
interface Instructions {
  readonly pinned: Pick<RunFile, "prompts" | "skills" | "languages">;
  readonly notes: readonly string[];
}

/**
 * The project's prompt templates, its own skills and its languages. `carried` are the paths that reach worktrees without
 * git, relative to the repository's top. Throws UserError for a template that fails.
 */
export const pinInstructions = async (
  repository: Repository,
  config: Config,
  carried: readonly string[],
): Promise<Instructions> => {
  const { project } = repository;
  const [prompts, skills, languages] = await Promise.all([
    pinPrompts(project, config),
    findSkills(repository, config.isolation === "worktree" ? carried : undefined),
    readBmadTexts(project).then(readBmadLanguages),
  ]);
  return {
    pinned: {
      ...(Object.keys(prompts.templates).length === 0 ? {} : { prompts: prompts.templates }),
      skills,
      languages,
    },
    notes: prompts.notes,
  };
};

/** The skills that agents find in their working folder: in a worktree only what git tracks or what is carried in. */
const findSkills = async (repository: Repository, carried: readonly string[] | undefined): Promise<ProjectSkills> => {
  const { project, prefix } = repository;
  const paths =
    carried === undefined
      ? SKILL_PATHS
      : [
          ...(await trackedOf(project, SKILL_PATHS)),
          ...SKILL_PATHS.filter((path) => carried.some((pattern) => coversPath(pattern, `${prefix}${path}`))),
        ];
  const contents = await mapBounded([...new Set(paths)], async (path) => {
    const content = await readFileBounded(join(project, path), SKILL_BYTES_MAX);
    return content.kind === "read" ? [[path, decodeLeniently(content.bytes)] as const] : [];
  });
  return projectSkills(new Map(contents.flat()));
};

const trackedOf = async (project: string, paths: readonly string[]): Promise<readonly string[]> => {
  const { stdout } = await git(["--literal-pathspecs", "ls-files", "-z", "--", ...paths], { cwd: project });
  return stdout.split("\0").filter((path) => path !== "");
};
