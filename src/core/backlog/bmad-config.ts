import { plainLine } from "../model/plain-text.ts";

/** The BMAD configuration files of all versions (formats.md 3.3), in the order in which a later one overrides. */
export const BMAD_CONFIG_FILES: readonly string[] = [
  "bmad/bmm/config.yaml",
  ".bmad/bmm/config.yaml",
  "_bmad/bmm/config.yaml",
  "_bmad/config.toml",
  "_bmad/config.user.toml",
  "_bmad/custom/config.toml",
  "_bmad/custom/config.user.toml",
];

/** Where BMAD's configuration says that things are: folders relative to the project, most specific first. */
export interface BmadFolders {
  /** Where the sprint file may be. */
  readonly sprint: readonly string[];
  /** Where story files may be. */
  readonly stories: readonly string[];
  /** Folders that lie outside the project and are therefore not used. */
  readonly outside: readonly string[];
}

const SPRINT_KEYS = ["implementation_artifacts", "sprint_artifacts", "dev_ephemeral_location", "output_folder"];
const STORY_KEYS = ["dev_story_location", "implementation_artifacts", "sprint_artifacts", "dev_ephemeral_location"];

/** Reads the texts of those configuration files that exist, in the order of `BMAD_CONFIG_FILES`. Never throws. */
export const readBmadFolders = (texts: readonly string[], projectDirectory: string): BmadFolders => {
  const values = new Map(texts.flatMap((text) => [...scalarsOf(text)]));
  const outside = new Set<string>();
  const foldersOf = (keys: readonly string[]): readonly string[] => {
    const folders = keys.flatMap((key) => {
      const value = values.get(key);
      if (value === undefined) return [];
      const folder = folderInProject(expand(value, values), projectDirectory);
      if (folder === undefined) outside.add(value);
      return folder ?? [];
    });
    return [...new Set(folders)];
  };
  return { sprint: foldersOf(SPRINT_KEYS), stories: foldersOf(STORY_KEYS), outside: [...outside] };
};

/** BMAD's languages, as a person would name them: for what agents say, and for documents. */
export interface BmadLanguages {
  readonly communication?: string;
  readonly documents?: string;
}

/** Longest name of a language, in characters. */
const LANGUAGE_LENGTH_MAX = 100;

/** Reads the languages from the texts that `readBmadFolders` reads. Never throws. */
export const readBmadLanguages = (texts: readonly string[]): BmadLanguages => {
  const values = new Map(texts.flatMap((text) => [...scalarsOf(text)]));
  const named = (key: string): string | undefined => {
    const language = plainLine(values.get(key) ?? "").slice(0, LANGUAGE_LENGTH_MAX);
    // A template that the installer has not filled in names none.
    return language === "" || /[{}]/.test(language) ? undefined : language;
  };
  const communication = named("communication_language");
  const documents = named("document_output_language");
  return {
    ...(communication === undefined ? {} : { communication }),
    ...(documents === undefined ? {} : { documents }),
  };
};

/**
 * A folder as configured, relative to the project: `{project-root}/docs`, `docs/`, or absolute inside the project.
 * Undefined for one outside, which is never read or written.
 */
export const folderInProject = (value: string, projectDirectory: string): string | undefined => {
  let folder = value.trim().replace(/^\{project[-_]root\}\/?/, "");
  if (folder === projectDirectory || folder.startsWith(`${projectDirectory}/`)) {
    folder = folder.slice(projectDirectory.length + 1);
  }
  if (folder.startsWith("/") || folder.includes("\0") || /[{}]/.test(folder) || /^[a-z]:[\\/]/i.test(folder))
    return undefined;
  const segments = folder.split(/[\\/]+/).filter((segment) => segment !== "" && segment !== ".");
  return segments.includes("..") ? undefined : segments.join("/");
};

const NESTING_MAX = 5;

/** Fills in placeholders of other keys (`{output_folder}/x`); what cannot be filled in stays. */
const expand = (value: string, values: ReadonlyMap<string, string>): string => {
  let text = value;
  for (let depth = 0; depth < NESTING_MAX; depth++) {
    const next = text.replaceAll(/\{(\w+)\}/g, (placeholder, key: string) => values.get(key) ?? placeholder);
    if (next === text) break;
    text = next.replaceAll(/(?<=.)\{project[-_]root\}\/?/g, "");
  }
  return text;
};

/**
 * The scalars of a YAML or TOML configuration, by line: the YAML is flat, of the TOML the tables `core` and
 * `modules.bmm` count. Read by line because an unquoted `{project-root}/…` is no valid YAML and yet common.
 */
const scalarsOf = function* (text: string): Iterable<[string, string]> {
  let isOurs = true;
  for (const line of text.split(/\r?\n/)) {
    const table = /^\s*\[+\s*([^\]]+?)\s*\]+/.exec(line)?.[1];
    if (table !== undefined) isOurs = /^(?:core|modules\.(?:bmm|"bmm"))$/.test(table);
    const match = /^([\w-]+)\s*[:=]\s*(?:"([^"]*)"|'([^']*)'|([^"'#\s][^#]*?))\s*(?:#.*)?$/.exec(line);
    const value = match?.[2] ?? match?.[3] ?? match?.[4];
    if (isOurs && match?.[1] !== undefined && value !== undefined) yield [match[1], value];
  }
};
