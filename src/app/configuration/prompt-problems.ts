import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { folderInProject } from "../../core/backlog/bmad-config.ts";
import { nearestName } from "../../core/model/nearest-name.ts";
import { isSection, type Settings } from "./layer.ts";
import type { SettingProblem } from "./problem.ts";
import { shownValue } from "./shown-value.ts";
import { usedTemplates } from "./template-names.ts";

/** What is wrong with the files that `prompts` names: each must be a file in the project, under a name that is used. */
export const promptProblems = async (settings: Settings, projectDirectory: string): Promise<SettingProblem[]> => {
  const { prompts } = settings;
  if (!isSection(prompts)) return [];
  const known = usedTemplates(settings);
  const problems = await Promise.all(
    Object.entries(prompts).map(async ([name, file]): Promise<SettingProblem[]> => {
      const path = ["prompts", name];
      if (!known.includes(name)) return [{ path, text: unusedName(name, known), isKey: true }];
      if (typeof file !== "string" || file === "") return [];
      const text = await fileProblem(file, projectDirectory);
      return text === undefined ? [] : [{ path, text: `${shownValue(file)} ${text}` }];
    }),
  );
  return problems.flat();
};

const unusedName = (name: string, known: readonly string[]): string => {
  const nearest = nearestName(name, known);
  const help = nearest === undefined ? `known are ${known.join(", ")}` : `did you mean ${nearest}?`;
  return `no phase uses a prompt template of this name; ${help}`;
};

const fileProblem = async (file: string, projectDirectory: string): Promise<string | undefined> => {
  const path = folderInProject(file, projectDirectory);
  if (path === undefined || path === "") return "is not a path inside the project";
  try {
    const [real, root] = await Promise.all([realpath(join(projectDirectory, path)), realpath(projectDirectory)]);
    if (!real.startsWith(`${root}/`)) return "leads out of the project";
    return (await stat(real)).isFile() ? undefined : "is not a file";
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? "does not exist" : `cannot be read: ${message}`;
  }
};
