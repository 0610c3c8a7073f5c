import { parse } from "yaml";
import { type Lesson, lessonIdentity } from "../model/lesson.ts";
import { plainLine, plainText } from "../model/plain-text.ts";

/** Lessons of earlier stories on one topic, as a file of the playbook folder holds them. Foreign text. */
export interface Playbook {
  /** Name of the file in its folder. */
  readonly file: string;
  readonly title: string;
  /** Globs of paths, and keywords. */
  readonly appliesTo: readonly string[];
  /** Day of the last change, `2026-01-31`; empty where the file names none. */
  readonly date: string;
  /** What it says, without its frontmatter and its own title. */
  readonly text: string;
}

/** Which story a lesson comes from, and when. */
export interface LessonSource {
  readonly story: string;
  /** `2026-01-31` */
  readonly date: string;
}

const TITLE_LENGTH_MAX = 200;
/** Globs and keywords of one playbook that count. */
const APPLIES_MAX = 20;
/** Longest frontmatter, in characters. */
const FRONTMATTER_LENGTH_MAX = 16_384;

/** Ours, and those of Pantheon's playbooks. */
const APPLIES_KEYS = ["applies_to", "file_patterns", "domains", "tags", "keywords"];
const DATE_KEYS = ["date", "last_updated"];

/** Reads a playbook: Markdown, with a frontmatter or without. Undefined for one that says nothing. Never throws. */
export const readPlaybook = (file: string, text: string): Playbook | undefined => {
  const plain = plainText(text.replace(/^\uFEFF/, ""));
  const match = /^---[ ]*\n([\s\S]*?)\n---[ ]*(?:\n|$)/.exec(plain);
  const frontmatter = match?.[1] !== undefined && match[1].length <= FRONTMATTER_LENGTH_MAX ? fieldsOf(match[1]) : {};
  const body = (match === null ? plain : plain.slice(match[0].length)).trim();
  const heading = /^# +(.+)(?:\n|$)/.exec(body);
  const title = lineOf(frontmatter.title) || lineOf(heading?.[1]) || file.replace(/\.md$/i, "").replaceAll("-", " ");
  const said = (heading === null ? body : body.slice(heading[0].length)).trim();
  if (said === "") return undefined;
  return {
    file,
    title,
    appliesTo: [...new Set(APPLIES_KEYS.flatMap((key) => textsOf(frontmatter[key])))].slice(0, APPLIES_MAX),
    date: DATE_KEYS.map((key) => dayOf(frontmatter[key])).find((day) => day !== "") ?? "",
    text: said,
  };
};

/** The file of a new playbook that holds one lesson. */
export const playbookText = ({ title, when, what, appliesTo }: Lesson, { story, date }: LessonSource): string =>
  [
    "---",
    `title: ${quoted(title)}`,
    `applies_to: [${appliesTo.map(quoted).join(", ")}]`,
    `story: ${quoted(story)}`,
    `date: ${quoted(date)}`,
    "---",
    "",
    `# ${plainLine(title)}`,
    ...(when === "" ? [] : ["", `When: ${plainText(when)}`]),
    "",
    plainText(what),
    "",
  ].join("\n");

/** Longest name of a playbook's file without its ending, in characters. */
const NAME_LENGTH_MAX = 60;

/** The name of a new playbook's file, unlike those that are taken (in lower case: some file systems make no difference). */
export const playbookFileName = (title: string, taken: ReadonlySet<string>): string => {
  const slug = lessonIdentity(title)
    .normalize("NFKD")
    .replaceAll(/\p{Mark}+/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, NAME_LENGTH_MAX)
    .replaceAll(/^-+|-+$/g, "");
  const base = slug === "" ? "lesson" : slug;
  for (let number = 1; ; number++) {
    const name = number === 1 ? `${base}.md` : `${base}-${number}.md`;
    if (!taken.has(name)) return name;
  }
};

/** JSON's texts are YAML's, too. */
const quoted = (text: string): string => JSON.stringify(plainLine(text));

const fieldsOf = (yaml: string): Readonly<Record<string, unknown>> => {
  try {
    // Aliases are not followed: a few of them could stand for any amount of text.
    const fields: unknown = parse(yaml, { maxAliasCount: 0, schema: "failsafe", logLevel: "silent" });
    return typeof fields === "object" && fields !== null ? (fields as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

const lineOf = (value: unknown): string =>
  typeof value === "string" ? plainLine(value).slice(0, TITLE_LENGTH_MAX).trim() : "";

const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).map(lineOf).filter((text) => text !== "");

const dayOf = (value: unknown): string => /^\d{4}-\d{2}-\d{2}/.exec(lineOf(value))?.[0] ?? "";
