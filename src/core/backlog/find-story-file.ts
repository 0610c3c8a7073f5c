import type { StoryKey } from "../model/story-key.ts";
import { storyNumberOf } from "./sprint-keys.ts";
import { listed } from "./text.ts";

/** What is known of a story when its file is looked for. */
export interface SoughtStory {
  readonly key: StoryKey;
  readonly epic?: string;
  /** The file that the backlog itself names, if it is one of the candidates. */
  readonly named?: string;
}

/** The file of a story, or why it is not clear which one it is. Both undefined: there is none. */
export interface FoundStoryFile {
  readonly file?: string;
  readonly note?: string;
}

/** Documents about a story that carry its number (formats.md 2.2). */
const OTHER_DOCUMENT =
  /[-.](?:code-review|review(?:-\w+)?|qa(?:-tester|-report|-results)?|story-acceptance|acceptance|ux-review|retro(?:spective)?|context|validation(?:-report)?|checklist|report|progress|narrative|summary|tech-spec|test-plan|completion|notes)$/;

/**
 * Finds a story's file among the Markdown files of the story folders, given relative to the project and in the order of
 * their folders (formats.md 2.2). Built once for a project: exact names first, then `story-`, `spec-` and dotted
 * spellings, then the number alone, where exactly one file is left after documents about stories are discarded.
 */
export class StoryFiles {
  readonly #all: ReadonlySet<string>;
  readonly #byStem = new Map<string, string>();
  readonly #bySpelling = new Map<string, string>();
  readonly #byNumber = new Map<string, string[]>();

  constructor(files: readonly string[], keys: Iterable<StoryKey>) {
    this.#all = new Set(files);
    const taken = new Set<string>();
    for (const key of keys) taken.add(spelling(key));
    for (const file of files) {
      const stem = stemOf(file);
      const spelled = spelling(stem);
      if (!this.#byStem.has(stem)) this.#byStem.set(stem, file);
      if (!this.#bySpelling.has(spelled)) this.#bySpelling.set(spelled, file);
      // A file that is exactly another story's is never a candidate by number.
      if (!taken.has(spelled) && !OTHER_DOCUMENT.test(spelled)) this.#addByNumber(spelled, file);
    }
  }

  find({ key, epic, named }: SoughtStory): FoundStoryFile {
    if (named !== undefined && this.#all.has(named)) return { file: named };
    const exact = this.#byStem.get(key) ?? this.#bySpelling.get(spelling(key));
    if (exact !== undefined) return { file: exact };
    const number = storyNumberOf(key, epic);
    const files = number === undefined ? [] : withoutExtensions(this.#byNumber.get(spelling(number)) ?? []);
    if (files.length < 2) return files[0] === undefined ? {} : { file: files[0] };
    return {
      note: `${key}: several files could be this story's, so none was taken: ${listed(files)}. Name it ${key}.md.`,
    };
  }

  #addByNumber(spelled: string, file: string): void {
    const segments = spelled.split("-");
    for (let count = 1; count <= segments.length; count++) {
      const number = segments.slice(0, count).join("-");
      if (!/\d[a-z]?$/.test(number)) continue;
      const files = this.#byNumber.get(number);
      if (files === undefined) this.#byNumber.set(number, [file]);
      else files.push(file);
    }
  }
}

const stemOf = (file: string): string => file.slice(file.lastIndexOf("/") + 1).replace(/\.md$/i, "");

/** `story-10.6-tests`, `10.6.story` and `spec-10-6` spelled alike. */
const spelling = (stem: string): string =>
  stem
    .toLowerCase()
    .replace(/\.story$/, "")
    .replace(/^(?:story|spec)-(?=.*\d)/, "")
    .replaceAll(".", "-");

/** Leaves out a file whose name goes on from another one's: `1-1-setup-notes` beside `1-1-setup`; and a second copy. */
const withoutExtensions = (files: readonly string[]): readonly string[] => {
  const stems = new Map<string, string>();
  for (const file of files) if (!stems.has(spelling(stemOf(file)))) stems.set(spelling(stemOf(file)), file);
  return [...stems]
    .filter(([stem]) => ![...stems.keys()].some((other) => stem.startsWith(`${other}-`)))
    .map(([, file]) => file);
};
