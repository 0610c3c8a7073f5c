import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { BUILT_IN_TEMPLATES } from "../../core/agents/prompts/built-in-templates.ts";
import { pipelineSettingSchema } from "../../core/model/pipeline-settings.ts";
import { isSection, type Settings } from "./layer.ts";

/** Folder of a project's own templates, `<name>.md`; the setting `prompts` comes before it. */
export const PROMPT_FOLDER = "storyboard/prompts";
/** Templates that a project may have. */
const PROMPTS_MAX = 100;

/** Names of templates that a phase may ask for: our own, and those of the phases of the project's pipelines. */
export const usedTemplates = ({ pipelines }: Settings): readonly string[] => {
  const own = isSection(pipelines) ? Object.values(pipelines) : [];
  const asked = own.flatMap((pipeline) => {
    const phases = pipelineSettingSchema.safeParse(pipeline).data?.phases ?? [];
    return phases.map(({ name, prompt }) => prompt ?? name.toLowerCase());
  });
  return [...new Set([...Object.keys(BUILT_IN_TEMPLATES), ...asked])];
};

/** Names of templates that are there: our own, those that `prompts` names a file for, and the files of the folder. */
export const presentTemplates = async ({ prompts }: Settings, project: string): Promise<readonly string[]> => [
  ...new Set([
    ...Object.keys(BUILT_IN_TEMPLATES),
    ...(isSection(prompts) ? Object.keys(prompts) : []),
    ...(await templatesInFolder(project)),
  ]),
];

/** Names of the files in the project's folder of templates. */
export const templatesInFolder = async (project: string): Promise<readonly string[]> => {
  const entries = await readdir(join(project, PROMPT_FOLDER)).catch(() => []);
  return entries
    .filter((entry) => entry.endsWith(".md"))
    .map((entry) => entry.slice(0, -".md".length))
    .sort()
    .slice(0, PROMPTS_MAX);
};
