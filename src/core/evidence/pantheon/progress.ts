import {
  booleanOf,
  countOf,
  enumOf,
  type Fields,
  fieldsOf,
  momentOf,
  othersOf,
  percentOf,
  present,
  textOf,
  wordOf,
  wordsOf,
} from "./fields.ts";

/** What a phase of a progress artifact is. */
export interface ProgressPhase {
  /** Upper case: `BUILD`. */
  readonly name: string;
  /** Lower case: `pending`, `in_progress`, `complete`, `skipped`; or another word. */
  readonly status?: string;
  readonly details?: string;
  readonly iterations?: number;
  readonly tasksStart?: number;
  readonly tasksEnd?: number;
}

/** Our names of the counts in `metrics`, and Pantheon's. */
const COUNTS = {
  taskCount: "task_count",
  filesChanged: "files_changed",
  linesAdded: "lines_added",
  testsAdded: "tests_added",
  buildIterations: "build_iterations",
  issuesFound: "issues_found",
  mustFix: "must_fix",
  shouldFix: "should_fix",
  codeHealth: "code_health",
  style: "style",
  iterations: "iterations",
  fixesApplied: "fixes_applied",
  tasksCompleted: "tasks_completed",
  tasksTotal: "tasks_total",
} as const;

/** The numbers of a progress artifact. Unknown is absent. */
export type ProgressMetrics = { readonly [K in keyof typeof COUNTS]?: number } & {
  readonly complexity?: string;
  /** Percent. */
  readonly coverage?: number;
  readonly commit?: string;
  /** What else there is: `reviewers`, `playbooks_loaded`, ... */
  readonly more: Fields;
};

/** `{key}-progress.json` (formats.md 4.4). */
export interface ProgressArtifact {
  readonly storyKey?: string;
  readonly workerId?: string;
  readonly startedAt?: string;
  readonly completedAt?: string;
  /** Upper case: `PREPARE` to `REFLECT`, `COMPLETE`. */
  readonly phase?: string;
  /** Upper case: `SUCCESS`, `ALREADY_DONE`, `PARTIAL`, `FAILED`, or another word. */
  readonly status?: string;
  /** In the order of the file; each rewriting may hold some of them only. */
  readonly phases: readonly ProgressPhase[];
  readonly checkpoints: Readonly<Record<string, boolean>>;
  readonly metrics: ProgressMetrics;
  /** Hashes or subjects of the story's commits. */
  readonly commits: readonly string[];
  /** Unknown keys with their values. */
  readonly more: Fields;
}

/** Phases and checkpoints that are read of one artifact. */
const ENTRIES_MAX = 50;

const KNOWN = [
  "story_key",
  "worker_id",
  "started_at",
  "completed_at",
  "current_phase",
  "status",
  "phases",
  "checkpoints",
  "metrics",
  "git_commits",
];

/** Words for the same end. */
const STATUSES: ReadonlyMap<string, string> = new Map([
  ["COMPLETE", "SUCCESS"],
  ["COMPLETED", "SUCCESS"],
  ["DONE", "SUCCESS"],
  ["ALREADY_IMPLEMENTED", "ALREADY_DONE"],
  ["FAILURE", "FAILED"],
]);

/** Reads a progress artifact in any of its forms. Never throws. */
export const readProgress = (fields: Fields): ProgressArtifact => {
  const status = enumOf(fields.status);
  return present({
    storyKey: wordOf(fields.story_key),
    workerId: wordOf(fields.worker_id),
    startedAt: momentOf(fields.started_at),
    completedAt: momentOf(fields.completed_at),
    phase: enumOf(fields.current_phase),
    status: STATUSES.get(status ?? "") ?? status,
    phases: entriesOf(fields.phases).flatMap(([name, value]) => readPhase(name, value) ?? []),
    checkpoints: Object.fromEntries(
      entriesOf(fields.checkpoints).flatMap(([name, value]) => {
        const isMet = booleanOf(value);
        return isMet === undefined ? [] : [[name, isMet]];
      }),
    ),
    metrics: readMetrics(fieldsOf(fields.metrics) ?? {}),
    commits: wordsOf(fields.git_commits),
    more: othersOf(fields, KNOWN),
  });
};

/** Writes a progress artifact in the shape of Pantheon's prompts, with a line feed at the end. */
export const writeProgress = (progress: ProgressArtifact): string =>
  toJson({
    story_key: progress.storyKey,
    worker_id: progress.workerId,
    started_at: progress.startedAt,
    completed_at: progress.completedAt,
    current_phase: progress.phase,
    status: progress.status,
    phases: Object.fromEntries(
      progress.phases.map(({ name, status, details, iterations, tasksStart, tasksEnd }) => [
        name,
        { status, details, iterations, tasks_start: tasksStart, tasks_end: tasksEnd },
      ]),
    ),
    checkpoints: progress.checkpoints,
    metrics: writeMetrics(progress.metrics),
    git_commits: progress.commits,
    ...progress.more,
  });

/** JSON as storyboard writes it: two spaces, a line feed at the end, nothing for what is unknown. */
export const toJson = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

const readPhase = (name: string, value: unknown): ProgressPhase | undefined => {
  const word = enumOf(name);
  if (word === undefined) return undefined;
  const fields = fieldsOf(value) ?? { status: value };
  return present({
    name: word,
    status: enumOf(fields.status)?.toLowerCase(),
    details: textOf(fields.details),
    iterations: countOf(fields.iterations),
    tasksStart: countOf(fields.tasks_start),
    tasksEnd: countOf(fields.tasks_end),
  });
};

const metricEntries = Object.entries(COUNTS) as [keyof typeof COUNTS, string][];
const KNOWN_METRICS = [...Object.values(COUNTS), "complexity", "coverage", "git_commit"];

const readMetrics = (fields: Fields): ProgressMetrics => ({
  ...present(Object.fromEntries(metricEntries.map(([ours, theirs]) => [ours, countOf(fields[theirs])]))),
  ...present({
    complexity: wordOf(fields.complexity),
    coverage: percentOf(fields.coverage),
    commit: wordOf(fields.git_commit),
  }),
  more: othersOf(fields, KNOWN_METRICS),
});

const writeMetrics = (metrics: ProgressMetrics): object => ({
  complexity: metrics.complexity,
  ...Object.fromEntries(metricEntries.map(([ours, theirs]) => [theirs, metrics[ours]])),
  coverage: metrics.coverage === undefined ? undefined : `${metrics.coverage}%`,
  git_commit: metrics.commit,
  ...metrics.more,
});

const entriesOf = (value: unknown): readonly [string, unknown][] =>
  Object.entries(fieldsOf(value) ?? {}).slice(0, ENTRIES_MAX);
