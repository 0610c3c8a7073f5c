import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { BUILT_IN_TEMPLATES } from "../../core/agents/prompts/built-in-templates.ts";
import { folderInProject } from "../../core/backlog/bmad-config.ts";
import { nearestName } from "../../core/model/nearest-name.ts";
import { isSection, type Settings } from "./layer.ts";
import type { SettingProblem } from "./problem.ts";
import { shownValue } from "./shown-value.ts";

/** What is wrong with the files that `prompts` names: each must be a file in the project, under a name that is used. */
export const promptProblems = async (settings: Settings, projectDirectory: string): Promise<SettingProblem[]> => {
  const { prompts } = settings;
  if (!isSection(prompts)) return [];
  const known = templateNames(settings);
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

/** Names of templates that a phase may ask for: our own, and those that the user's pipelines name. */
export const templateNames = ({ pipelines }: Settings): readonly string[] => [
  ...new Set([...Object.keys(BUILT_IN_TEMPLATES), ...promptsIn(pipelines)]),
];

/** A phase asks for the template that it names, else for the one of its own name. */
const promptsIn = (pipelines: unknown): readonly string[] =>
  (isSection(pipelines) ? Object.values(pipelines) : []).flatMap((pipeline) => {
    const phases = isSection(pipeline) && Array.isArray(pipeline.phases) ? pipeline.phases : [];
    return phases.flatMap((phase: unknown) => {
      const { name, prompt } = isSection(phase) ? phase : {};
      if (typeof prompt === "string") return [prompt];
      return prompt === undefined && typeof name === "string" ? [name.toLowerCase()] : [];
    });
  });

/** Folder of a project's own templates, `<name>.md`; the setting `prompts` comes before it. */
export const PROMPT_FOLDER = "storyboard/prompts";
/** Templates that a project may have. */
const PROMPTS_MAX = 100;

/** Names of the templates that a project has in that folder, in the order of the alphabet. */
export const promptsInFolder = async (projectDirectory: string): Promise<readonly string[]> => {
  const entries = await readdir(join(projectDirectory, PROMPT_FOLDER)).catch(() => []);
  return entries
    .filter((entry) => entry.endsWith(".md"))
    .map((entry) => entry.slice(0, -".md".length))
    .sort()
    .slice(0, PROMPTS_MAX);
};

/** Names of all templates that there are: our own, those that `prompts` names, those in the project's folder. */
export const promptNames = async ({ prompts }: Settings, projectDirectory: string): Promise<readonly string[]> => [
  ...new Set([
    ...Object.keys(BUILT_IN_TEMPLATES),
    ...(isSection(prompts) ? Object.keys(prompts) : []),
    ...(await promptsInFolder(projectDirectory)),
  ]),
];

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
