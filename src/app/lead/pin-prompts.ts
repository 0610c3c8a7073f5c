import { join } from "node:path";
import type { PromptTemplate } from "../../core/agents/prompts/context.ts";
import { readFileBounded } from "../../core/backlog/read-project.ts";
import { decodeExactly } from "../../core/backlog/text.ts";
import type { Config } from "../../core/model/config.ts";
import { nearestName } from "../../core/model/nearest-name.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import { UserError } from "../../core/model/user-error.ts";
import { PROMPT_FOLDER, promptsInFolder, templateNames } from "../configuration/prompt-problems.ts";

/** Largest template that is read, in bytes. */
const PROMPT_BYTES_MAX = 256 * 1024;

/** The project's own templates by name, each checked, and what a person should know of them. Throws UserError. */
export const pinPrompts = async (
  project: string,
  config: Config,
): Promise<{ readonly templates: Readonly<Record<string, PromptTemplate>>; readonly notes: readonly string[] }> => {
  const known = templateNames({ ...config });
  const inFolder = await promptsInFolder(project);
  const used = inFolder.filter((name) => known.includes(name) && !Object.hasOwn(config.prompts, name));
  const files = [
    ...used.map((name) => [name, `${PROMPT_FOLDER}/${name}.md`] as const),
    ...Object.entries(config.prompts),
  ];
  const templates = await Promise.all(
    files.map(async ([name, file]) => [name, { file, text: await readTemplate(project, file) }] as const),
  );
  if (templates.length > 0) {
    // With its template engine, which takes its time to load.
    const { checkTemplates } = await import("../../core/agents/prompts/check-templates.ts");
    checkTemplates(templates.map(([, template]) => template));
  }
  return {
    templates: Object.fromEntries(templates),
    notes: inFolder.filter((name) => !known.includes(name)).map((name) => unusedNote(name, known)),
  };
};

const unusedNote = (name: string, known: readonly string[]): string => {
  const nearest = nearestName(name, known);
  const help = nearest === undefined ? "" : `; did you mean ${nearest}.md?`;
  return plainLine(`${PROMPT_FOLDER}/${name}.md is the prompt template of no phase${help}`);
};

const readTemplate = async (project: string, file: string): Promise<string> => {
  const content = await readFileBounded(join(project, file), PROMPT_BYTES_MAX);
  const text = content.kind === "read" ? decodeExactly(content.bytes) : undefined;
  // A byte order mark would be the prompt's first character.
  if (text !== undefined) return text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const why =
    content.kind === "read" ? "is not UTF-8 text" : content.kind === "too-large" ? "is too large" : "cannot be read";
  throw new UserError(`The prompt template ${plainLine(file)} ${why}.`, [
    "Correct or remove it, or take it out of `prompts` in storyboard.yaml.",
  ]);
};
