import {
  countOf,
  enumOf,
  type Fields,
  fieldsOf,
  firstWord,
  listOf,
  objectsOf,
  othersOf,
  percentOf,
  present,
  textOf,
  wordOf,
  wordsOf,
} from "./fields.ts";

/** A task that the builder says it did. */
export interface AddressedTask {
  readonly task: string;
  /** Where it can be seen: `src/a.ts:42 — validates input`. */
  readonly evidence?: string;
  /** Lower case: `verified`, `fixed`, `implemented`. */
  readonly action?: string;
}

/** `{key}-builder.json`, `{key}-metis.json` and other personas' (formats.md 4.4). A claim. */
export interface BuilderArtifact {
  readonly agent?: string;
  readonly builderType?: string;
  readonly storyKey?: string;
  readonly iteration?: number;
  readonly status?: "SUCCESS" | "PARTIAL" | "FAILED";
  readonly filesCreated: readonly string[];
  readonly filesModified: readonly string[];
  readonly tests?: {
    readonly total?: number;
    readonly passing?: number;
    readonly coverage?: number;
    readonly files: readonly string[];
  };
  readonly tasks: readonly AddressedTask[];
  /** Tasks that are left, each with its reason. */
  readonly tasksRemaining: readonly string[];
  readonly learnings: readonly string[];
  readonly playbooks: readonly string[];
  /** Unknown keys with their values. */
  readonly more: Fields;
}

/** `{key}-build-progress.json`: how the loop of BUILD went. */
export interface BuildProgressArtifact {
  readonly storyKey?: string;
  readonly iterations: readonly {
    readonly iteration?: number;
    readonly tasks: readonly string[];
    readonly tasksRemaining: readonly string[];
    readonly filesModified: readonly string[];
    readonly status?: string;
  }[];
  readonly patterns: readonly string[];
  readonly more: Fields;
}

const KNOWN = [
  "agent",
  "builder_type",
  "story_key",
  "iteration",
  "status",
  "files_created",
  "files_modified",
  "tests_added",
  "tasks_addressed",
  "tasks_remaining",
  "learnings",
  "playbooks_reviewed",
];

const STATUSES: ReadonlyMap<string, BuilderArtifact["status"]> = new Map<string, BuilderArtifact["status"]>([
  ["SUCCESS", "SUCCESS"],
  ["COMPLETE", "SUCCESS"],
  ["COMPLETED", "SUCCESS"],
  ["DONE", "SUCCESS"],
  ["PARTIAL", "PARTIAL"],
  ["FAILED", "FAILED"],
  ["FAILURE", "FAILED"],
  ["ERROR", "FAILED"],
]);

/** Whether an artifact whose name does not say it is a builder's. */
export const looksLikeBuilder = (fields: Fields): boolean =>
  ["tasks_addressed", "tasks_implemented", "files_created", "files_modified"].some((name) =>
    Object.hasOwn(fields, name),
  );

/** Reads a builder's artifact in any of its forms. Never throws. */
export const readBuilder = (fields: Fields): BuilderArtifact =>
  present({
    agent: wordOf(fields.agent),
    builderType: wordOf(fields.builder_type),
    storyKey: wordOf(fields.story_key),
    iteration: countOf(fields.iteration),
    status: STATUSES.get(enumOf(fields.status) ?? ""),
    filesCreated: pathsOf(fields.files_created),
    filesModified: pathsOf(fields.files_modified),
    tests: readTests(fields.tests_added),
    tasks: readTasks(fields),
    tasksRemaining: tasksOf(fields.tasks_remaining),
    learnings: wordsOf(fields.learnings),
    playbooks: wordsOf(fields.playbooks_reviewed ?? fields.playbooks_consulted),
    more: othersOf(fields, KNOWN),
  });

/** Reads the record of BUILD's loop. Never throws. */
export const readBuildProgress = (fields: Fields): BuildProgressArtifact =>
  present({
    storyKey: wordOf(fields.story_key),
    iterations: objectsOf(fields.iterations).map((each) =>
      present({
        iteration: countOf(each.iteration),
        tasks: tasksOf(each.tasks_addressed),
        tasksRemaining: tasksOf(each.tasks_remaining),
        filesModified: pathsOf(each.files_modified),
        status: enumOf(each.status),
      }),
    ),
    patterns: wordsOf(fields.codebase_patterns),
    more: othersOf(fields, ["story_key", "iterations", "codebase_patterns"]),
  });

const readTests = (value: unknown): BuilderArtifact["tests"] => {
  const fields = fieldsOf(value) ?? { total: value };
  const tests = present({
    total: countOf(fields.total),
    passing: countOf(fields.passing),
    coverage: percentOf(fields.coverage_percent ?? fields.coverage),
    files: pathsOf(fields.files),
  });
  const isEmpty = Object.keys(tests).length === 1 && tests.files.length === 0;
  return isEmpty ? undefined : tests;
};

const readTasks = (fields: Fields): readonly AddressedTask[] =>
  listOf(fields.tasks_addressed ?? fields.tasks_implemented).flatMap((item) => {
    const task = fieldsOf(item) ?? { task: item };
    const text = firstWord(task, "task", "name", "description", "id");
    const evidence = textOf(task.evidence) ?? evidenceOf(task.evidence ?? task.files);
    if (text === undefined && evidence === undefined) return [];
    const action = enumOf(task.action ?? task.status)?.toLowerCase();
    return [present({ task: text ?? "", evidence, action })];
  });

/** Evidence as a list of places, each a text or `{file, lines}`. */
const evidenceOf = (value: unknown): string | undefined => {
  const places = (fieldsOf(value) === undefined ? listOf(value) : [value]).flatMap((item) => {
    const fields = fieldsOf(item);
    if (fields === undefined) return wordOf(item) ?? [];
    const file = firstWord(fields, "file", "path", "location");
    const lines = firstWord(fields, "lines", "line");
    return file === undefined ? [] : [lines === undefined ? file : `${file}:${lines}`];
  });
  return textOf(places.join(", "));
};

/** Tasks as texts, however they are listed. */
const tasksOf = (value: unknown): readonly string[] =>
  (typeof value === "string" ? [value] : listOf(value)).flatMap((item) => wordOf(fieldsOf(item)?.task ?? item) ?? []);

const pathsOf = (value: unknown): readonly string[] =>
  (typeof value === "string" ? [value] : listOf(value)).flatMap((item) => {
    const fields = fieldsOf(item);
    return (fields === undefined ? wordOf(item) : firstWord(fields, "path", "file")) ?? [];
  });
