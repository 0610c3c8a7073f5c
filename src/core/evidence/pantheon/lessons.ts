import { type Lesson, lessonOf, lessonsOfStory } from "../../model/lesson.ts";
import {
  countOf,
  enumOf,
  type Fields,
  fieldsOf,
  firstText,
  firstWord,
  listOf,
  objectsOf,
  othersOf,
  percentOf,
  present,
  textOf,
  wordOf,
} from "./fields.ts";
import { findingOf, type ReportedFinding } from "./reported-finding.ts";

/** A finding that should be repaired, and what became of it. */
export interface ShouldFixItem extends ReportedFinding {
  /** Lower case: `fixed`, `deferred`. */
  readonly action?: string;
  /** Why it was not repaired. */
  readonly reason?: string;
}

/** What became of findings that should be repaired: `{key}-should-fix.json`. */
export interface ShouldFixArtifact {
  readonly storyKey?: string;
  /** One that names its finding by number alone has that for a title. */
  readonly items: readonly ShouldFixItem[];
}

/** `{key}-mnemosyne.json`, or the learnings that Pantheon's JSON Schema asks Hermes for. */
export interface MnemosyneArtifact {
  readonly agent?: string;
  readonly storyKey?: string;
  readonly lessons: readonly Lesson[];
  readonly more: Fields;
}

/** `{key}-hermes.json`: the numbers of the report on a story. */
export interface HermesArtifact {
  readonly agent?: string;
  readonly storyKey?: string;
  readonly tldr?: string;
  readonly filesChanged?: number;
  readonly linesAdded?: number;
  readonly testsAdded?: number;
  /** Percent. */
  readonly coverage?: number;
  readonly issuesFound?: number;
  readonly issuesFixed?: number;
  readonly more: Fields;
}

/** Reads the list of what should be repaired, bare or below a key. Never throws. */
export const readShouldFix = (value: unknown): ShouldFixArtifact => {
  const fields = fieldsOf(value);
  const list = Array.isArray(value)
    ? value
    : (fields?.items ?? fields?.issues ?? fields?.should_fix ?? fields?.findings);
  return present({
    storyKey: wordOf(fields?.story_key),
    items: objectsOf(list).map((item) => {
      const id = firstWord(item, "issue_id", "id");
      return {
        ...findingOf({ ...item, id, name: item.name ?? id }, { severity: "SHOULD_FIX" }),
        ...present({
          action: enumOf(item.action)?.toLowerCase(),
          reason: firstText(item, "reason", "reason_deferred"),
        }),
      };
    }),
  });
};

/** Whether a report holds learnings and no numbers, which Pantheon's JSON Schema calls Hermes's. */
export const looksLikeLessons = (fields: Fields): boolean =>
  Object.hasOwn(fields, "learnings") && !Object.hasOwn(fields, "quick_stats");

/** Reads what was learned. Never throws. */
export const readMnemosyne = (fields: Fields): MnemosyneArtifact =>
  present({
    agent: wordOf(fields.agent),
    storyKey: wordOf(fields.story_key),
    lessons: lessonsOfStory(listOf(fields.learnings).map((item) => readLesson(fieldsOf(item) ?? { issue: item }))),
    more: othersOf(fields, ["agent", "story_key", "learnings"]),
  });

/** Reads the report's numbers. Never throws. */
export const readHermes = (fields: Fields): HermesArtifact => {
  const stats = fieldsOf(fields.quick_stats) ?? {};
  return present({
    agent: wordOf(fields.agent),
    storyKey: wordOf(fields.story_key),
    tldr: textOf(fields.tldr),
    filesChanged: countOf(stats.files_changed),
    linesAdded: countOf(stats.lines_added),
    testsAdded: countOf(stats.tests_added),
    coverage: percentOf(stats.coverage),
    issuesFound: countOf(stats.issues_found),
    issuesFixed: countOf(stats.issues_fixed),
    more: othersOf(fields, ["agent", "story_key", "tldr", "quick_stats"]),
  });
};

/** A lesson in Pantheon's words. One that is a single text says all that it has to say in its title. */
const readLesson = (fields: Fields): Lesson | undefined => {
  const title = firstText(fields, "issue", "pattern", "learning", "title");
  const cause = firstText(fields, "root_cause", "source");
  const prevention = firstText(fields, "prevention", "example");
  return lessonOf({
    title,
    when: prevention === undefined ? "" : cause,
    what: prevention ?? cause ?? title,
    appliesTo: fields.applies_to ?? fields.domain,
  });
};
