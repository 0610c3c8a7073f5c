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

/** What became of a finding that should be repaired: `{key}-should-fix.json`. */
export interface ShouldFixArtifact {
  readonly storyKey?: string;
  readonly items: readonly {
    readonly id?: string;
    /** Lower case: `fixed`, `deferred`. */
    readonly action?: string;
    readonly reason?: string;
    readonly effort?: string;
    readonly recommendation?: string;
  }[];
}

/** Something to know for later stories. */
export interface Lesson {
  readonly title: string;
  readonly cause?: string;
  readonly prevention?: string;
  readonly appliesTo?: string;
}

/** `{key}-mnemosyne.json`, or the learnings that Pantheon's JSON Schema asks Hermes for. */
export interface MnemosyneArtifact {
  readonly agent?: string;
  readonly storyKey?: string;
  readonly lessons: readonly Lesson[];
  readonly antiPatterns: readonly string[];
  readonly playbooks: readonly { readonly action?: string; readonly path?: string; readonly reason?: string }[];
  readonly more: Fields;
}

/** `{key}-hermes.json`: the numbers of the report on a story. */
export interface HermesArtifact {
  readonly agent?: string;
  readonly storyKey?: string;
  readonly reportPath?: string;
  readonly tldr?: string;
  readonly filesChanged?: number;
  readonly linesAdded?: number;
  readonly testsAdded?: number;
  /** Percent. */
  readonly coverage?: number;
  readonly issuesFound?: number;
  readonly issuesFixed?: number;
  readonly verificationItems?: number;
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
    items: objectsOf(list).map((item) =>
      present({
        id: firstWord(item, "issue_id", "id"),
        action: enumOf(item.action)?.toLowerCase(),
        reason: firstText(item, "reason", "reason_deferred"),
        effort: enumOf(item.effort_estimate)?.toLowerCase(),
        recommendation: textOf(item.recommendation),
      }),
    ),
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
    lessons: listOf(fields.learnings).flatMap((item) => readLesson(fieldsOf(item) ?? { issue: item })),
    antiPatterns: listOf(fields.anti_patterns).flatMap((item) => {
      const fields = fieldsOf(item);
      return (fields === undefined ? wordOf(item) : firstWord(fields, "pattern", "anti_pattern", "issue")) ?? [];
    }),
    playbooks: [...objectsOf([fields.playbook_action]), ...objectsOf(fields.playbook_updates)].map((each) =>
      present({
        action: enumOf(each.action)?.toLowerCase(),
        path: firstWord(each, "path", "playbook"),
        reason: textOf(each.reason),
      }),
    ),
    more: othersOf(fields, ["agent", "story_key", "learnings", "anti_patterns", "playbook_action", "playbook_updates"]),
  });

/** Reads the report's numbers. Never throws. */
export const readHermes = (fields: Fields): HermesArtifact => {
  const stats = fieldsOf(fields.quick_stats) ?? {};
  return present({
    agent: wordOf(fields.agent),
    storyKey: wordOf(fields.story_key),
    reportPath: wordOf(fields.report_path),
    tldr: textOf(fields.tldr),
    filesChanged: countOf(stats.files_changed),
    linesAdded: countOf(stats.lines_added),
    testsAdded: countOf(stats.tests_added),
    coverage: percentOf(stats.coverage),
    issuesFound: countOf(stats.issues_found),
    issuesFixed: countOf(stats.issues_fixed),
    verificationItems: countOf(fields.verification_items),
    more: othersOf(fields, ["agent", "story_key", "report_path", "tldr", "quick_stats", "verification_items"]),
  });
};

const readLesson = (fields: Fields): readonly Lesson[] => {
  const title = firstWord(fields, "issue", "pattern", "learning", "title");
  if (title === undefined) return [];
  return [
    present({
      title,
      cause: firstText(fields, "root_cause", "source"),
      prevention: firstText(fields, "prevention", "example"),
      appliesTo: Array.isArray(fields.applies_to)
        ? wordOf(fields.applies_to.filter((each) => typeof each === "string").join(", "))
        : firstWord(fields, "applies_to", "domain"),
    }),
  ];
};
