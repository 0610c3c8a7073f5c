import { type Lesson, lessonsOfStory } from "../../model/lesson.ts";
import { type Finding, withoutDoubles } from "../../model/review.ts";
import type { ShouldFixItem } from "./lessons.ts";
import { artifactsOf, type ReadArtifact } from "./read-artifact.ts";
import type { ReportedFinding } from "./reported-finding.ts";

/** What a worker's artifacts hand on to others. */
export interface HandedOn {
  readonly lessons: readonly Lesson[];
  /** Findings that should be repaired, and were not. */
  readonly deferred: readonly Finding[];
}

/** Findings of one story that are handed on. */
const DEFERRED_MAX = 100;
/** What became of a finding about which nothing is left to do. */
const SETTLED: ReadonlySet<string> = new Set(["fixed", "resolved", "done", "applied", "dismissed", "rejected"]);

/** What artifacts hand on: what was learnt, and what should be repaired and was put off. */
export const handedOn = (artifacts: readonly ReadArtifact[]): HandedOn => {
  const lessons = artifactsOf(artifacts, "mnemosyne").flatMap(({ value }) => value.lessons);
  const reported = [
    ...artifactsOf(artifacts, "themis").flatMap(({ value }) => value.findings),
    ...artifactsOf(artifacts, "review").flatMap(({ value }) => value.findings),
  ];
  const left = artifactsOf(artifacts, "should-fix")
    .flatMap(({ value }) => value.items)
    .filter(({ action = "" }) => !SETTLED.has(action));
  const deferred = withoutDoubles(left.map((item) => findingFor(item, reported)));
  return { lessons: lessonsOfStory(lessons), deferred: deferred.slice(0, DEFERRED_MAX) };
};

/** With the words of a reviewer, where the item names its finding by number alone. */
const findingFor = (item: ShouldFixItem, reported: readonly ReportedFinding[]): Finding => {
  const isNumber = item.id !== undefined && item.title === item.id;
  const known = isNumber ? reported.find(({ id, title }) => id === item.id && title !== id) : undefined;
  const { title, file, line, detail } = known ?? item;
  const why = detail ?? item.reason;
  return {
    severity: item.severity,
    title,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(why === undefined ? {} : { detail: why }),
  };
};
