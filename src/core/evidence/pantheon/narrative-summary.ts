import type { ToldPhase } from "../../model/turn.ts";
import { present } from "./fields.ts";
import type { NarrativeEntry } from "./narrative.ts";
import type { NarrativeDetail } from "./narrative-line.ts";

/** A file that a narrative names. */
export interface NarratedFile {
  readonly kind: "created" | "modified";
  readonly path: string;
  readonly lines?: string;
  readonly why?: string;
}

/** What a narrative log comes to, for the card and the dashboard. */
export interface NarrativeSummary {
  /** Each file once, in the order in which they were first named. */
  readonly files: readonly NarratedFile[];
  /** What was found in the last run. */
  readonly mustFix: readonly string[];
  readonly shouldFix: readonly string[];
  /** The phases of the last run in the order in which they were first told of. */
  readonly phases: readonly ToldPhase[];
  /** The phase of the last entry, and whether it has ended. */
  readonly phase?: string;
  readonly isDone: boolean;
  /** The last entry's first line. */
  readonly text?: string;
  readonly commit?: string;
  /** How often the pipeline was begun: a retry appends to the same file. */
  readonly runs: number;
}

/** Phases that one run of a pipeline can have. */
const PHASES_MAX = 20;

/** Sums up the entries of a narrative log. The counts in its headers are not believed; what is listed counts. */
export const summarizeNarrative = (entries: readonly NarrativeEntry[]): NarrativeSummary => {
  const starts = entries.flatMap((entry, i) => (isStart(entry, entries[i - 1]) ? [i] : []));
  const details = entries.flatMap((entry) => entry.details);
  const lastRun = entries.slice(starts.at(-1) ?? 0);
  const found = (kind: NarrativeDetail["kind"]): readonly string[] => [
    ...new Set(lastRun.flatMap((entry) => entry.details.filter((each) => each.kind === kind).map(({ text }) => text))),
  ];
  const last = entries.findLast(({ phase }) => phase !== undefined);
  const commit = lastRun.findLast((entry) => entry.commit !== undefined)?.commit;
  return {
    files: filesOf(details),
    mustFix: found("must-fix"),
    shouldFix: found("should-fix"),
    phases: phasesOf(lastRun),
    ...(last?.phase === undefined ? {} : { phase: last.phase }),
    isDone: last?.isDone ?? false,
    ...(last === undefined ? {} : { text: last.text.split("\n", 1)[0] ?? "" }),
    ...(commit === undefined ? {} : { commit }),
    runs: Math.max(starts.length, Math.min(entries.length, 1)),
  };
};

/** A run begins where PREPARE does, and not where it ends. */
const isStart = (entry: NarrativeEntry, before: NarrativeEntry | undefined): boolean =>
  entry.phase === "PREPARE" && !entry.isDone && before?.phase !== "PREPARE";

const phasesOf = (entries: readonly NarrativeEntry[]): readonly ToldPhase[] => {
  const phases = new Map<string, ToldPhase>();
  for (const { phase, isDone, text } of entries) {
    if (phase === undefined || (phases.size >= PHASES_MAX && !phases.has(phase))) continue;
    phases.set(phase, { phase, isDone, text: text.split("\n", 1)[0] ?? "" });
  }
  return [...phases.values()];
};

const filesOf = (details: readonly NarrativeDetail[]): readonly NarratedFile[] => {
  const files = new Map<string, NarratedFile>();
  for (const detail of details) {
    const { kind, path } = detail;
    if (path === undefined || (kind !== "created" && kind !== "modified")) continue;
    files.set(path, mergeFile({ ...detail, kind, path }, files.get(path)));
  }
  return [...files.values()];
};

/** A file that was created stays created, however often it was modified later; the last reason counts. */
const mergeFile = (
  { kind, path, lines, text }: NarrativeDetail & Pick<NarratedFile, "kind" | "path">,
  before: NarratedFile | undefined,
): NarratedFile => {
  const isCreated = kind === "created" || before?.kind === "created";
  return present({
    kind: isCreated ? ("created" as const) : ("modified" as const),
    path,
    lines: isCreated ? undefined : (lines ?? before?.lines),
    why: text === "" ? before?.why : text,
  });
};
