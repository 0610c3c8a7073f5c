import type { FeedLine } from "../../core/engine/feed.ts";
import { counted } from "../../core/model/counted.ts";
import type { Failure } from "../../core/model/failure.ts";
import type { PhaseName } from "../../core/model/pipeline.ts";
import { type BuildClaim, type Finding, findingIdentity, type WorkFile } from "../../core/model/review.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { ToldPhase, TurnEnd, TurnResult } from "../../core/model/turn.ts";
import { addUsage, NO_USAGE, type Usage } from "../../core/model/usage.ts";
import type { EvidenceResult } from "../../core/scheduler/effects.ts";
import type { JournaledEvent, RunEvent } from "../../core/scheduler/events.ts";

/** Phases, findings and missing things that are remembered of one attempt at most. */
const REMEMBERED_MAX = 50;

/** What one phase of an attempt came to. */
export interface PhaseRecord {
  readonly phase: PhaseName;
  /** `undefined` while it runs. */
  outcome: "ok" | "failed" | "cut" | undefined;
  durationMs: number;
  /** Why it failed or was cut, or what a review said. */
  remark: string;
}

/** One try of a story. */
export interface AttemptRecord {
  readonly attempt: number;
  readonly phases: PhaseRecord[];
  failure: Failure | undefined;
  /** The phases that its last turn told of, where its agent runs them all in one turn. */
  told: readonly ToldPhase[];
  /** The phase that failed, where that is one of the agent's own. */
  failedAt: PhaseName | undefined;
  /** What the last look at its evidence missed, and what of that are artifacts. */
  missing: readonly string[];
  artifacts: readonly string[];
  /** What its agent itself says is missing. */
  lacking: string | undefined;
}

/** What a run's events say of one story, for its card: the state keeps only what decisions need. */
export interface StoryRecord {
  /** The last worker that had it. */
  worker: string | undefined;
  readonly attempts: AttemptRecord[];
  /** What the builder said of its own work; never checked. */
  claim: BuildClaim | undefined;
  /** What its work changed, as git has it; undefined where nobody looked. */
  files: readonly WorkFile[] | undefined;
  /** Every finding of every review, by identity. */
  readonly found: Map<string, Finding>;
  /** Turns that ended with a verdict. */
  reviews: number;
  /** Turns that repaired findings. */
  repairs: number;
  /** Whether its builder had a turn after a review. */
  isReworked: boolean;
  /** The phase that its agent told last, where it runs all phases in one turn. */
  narrated: PhaseName | undefined;
  /** Time and usage of each phase, over all attempts. */
  readonly totals: Map<PhaseName, { readonly durationMs: number; readonly usage: Usage }>;
}

/** Remembers, event by event, what cards and summaries tell of each story. */
export interface StoryRecords {
  fold(entries: readonly JournaledEvent[]): void;
  /** Remembers what an agent tells of its phases. */
  hear(line: FeedLine): void;
  of(story: StoryKey): StoryRecord;
}

/** Creates the memory of a run's stories. Bounded for each story. */
export const createStoryRecords = (): StoryRecords => {
  const records = new Map<StoryKey, StoryRecord>();
  const recordOf = (story: StoryKey): StoryRecord => {
    const known = records.get(story);
    if (known !== undefined) return known;
    const record: StoryRecord = {
      worker: undefined,
      attempts: [],
      claim: undefined,
      files: undefined,
      found: new Map(),
      reviews: 0,
      repairs: 0,
      isReworked: false,
      narrated: undefined,
      totals: new Map(),
    };
    records.set(story, record);
    return record;
  };
  return {
    fold: (entries) => {
      for (const { event } of entries) {
        if ("story" in event && event.story !== undefined) foldEvent(recordOf(event.story), event);
      }
    },
    hear: ({ story, narrated }) => {
      if (narrated !== undefined) recordOf(story).narrated = narrated;
    },
    of: recordOf,
  };
};

const foldEvent = (record: StoryRecord, event: RunEvent): void => {
  switch (event.type) {
    case "story.started":
      record.worker = event.worker;
      attemptOf(record, event.attempt);
      return;
    case "turn.started":
      record.narrated = undefined;
      phaseOf(attemptOf(record, event.effect.attempt), event.effect.phase).outcome = undefined;
      if (event.effect.prompt.kind === "refine") record.repairs++;
      if (record.reviews > 0 && event.effect.role === "builder") record.isReworked = true;
      return;
    case "turn.ended":
      record.narrated = undefined;
      turnEnded(record, event.phase, event.result);
      return;
    case "evidence.checked":
      evidenceChecked(record, event.result);
      return;
    case "landing.queued":
      phaseOf(lastAttempt(record), event.phase);
      return;
    case "landing.ended": {
      const phase = lastAttempt(record).phases.at(-1);
      if (phase === undefined) return;
      phase.outcome = event.result.kind === "landed" ? "ok" : "failed";
      phase.remark = event.result.kind === "landed" ? "" : event.result.kind;
      return;
    }
    case "story.requeued":
    case "story.ended":
      if (event.failure !== undefined) lastAttempt(record).failure = event.failure;
      return;
    default:
      return;
  }
};

const lastAttempt = (record: StoryRecord): AttemptRecord => record.attempts.at(-1) ?? attemptOf(record, 1);

const attemptOf = (record: StoryRecord, attempt: number): AttemptRecord => {
  const last = record.attempts.at(-1);
  if (last !== undefined && last.attempt === attempt) return last;
  const next: AttemptRecord = {
    attempt,
    phases: [],
    failure: undefined,
    told: [],
    failedAt: undefined,
    missing: [],
    artifacts: [],
    lacking: undefined,
  };
  record.attempts.push(next);
  if (record.attempts.length > REMEMBERED_MAX) record.attempts.shift();
  return next;
};

/** The phase under way; one that comes again after another one (VERIFY after REFINE) is a new entry. */
const phaseOf = (attempt: AttemptRecord, phase: PhaseName): PhaseRecord => {
  const last = attempt.phases.at(-1);
  if (last?.phase === phase) return last;
  const next: PhaseRecord = { phase, outcome: undefined, durationMs: 0, remark: "" };
  attempt.phases.push(next);
  if (attempt.phases.length > REMEMBERED_MAX) attempt.phases.shift();
  return next;
};

const turnEnded = (record: StoryRecord, phaseName: PhaseName, result: TurnResult): void => {
  const phase = phaseOf(lastAttempt(record), phaseName);
  phase.durationMs += result.durationMs;
  phase.outcome = outcomeOf(result.end);
  phase.remark = remarkOf(result.end);
  const attempt = lastAttempt(record);
  attempt.told = result.told ?? [];
  attempt.failedAt = ownPhase(result);
  attempt.missing = [];
  attempt.artifacts = [];
  attempt.lacking = result.end.kind === "halted" ? result.end.missing : undefined;
  if (result.claim !== undefined) record.claim = withClaim(record.claim, result.claim);
  const total = record.totals.get(phaseName) ?? { durationMs: 0, usage: NO_USAGE };
  record.totals.set(phaseName, {
    durationMs: total.durationMs + result.durationMs,
    usage: addUsage(total.usage, result.usage),
  });
  if (result.verdict === undefined) return;
  record.reviews++;
  phase.remark = result.verdict.findings.length === 0 ? "approved" : counted(result.verdict.findings.length, "finding");
  for (const finding of result.verdict.findings) {
    if (record.found.size < REMEMBERED_MAX) record.found.set(findingIdentity(finding), finding);
  }
};

/** The phase of its own in which an agent that runs all of them failed, or was when it was cut off. */
const ownPhase = ({ end, told = [] }: TurnResult): PhaseName | undefined => {
  if (end.kind === "finished" || end.kind === "already-done") return undefined;
  return end.kind === "halted" && end.phase !== undefined ? end.phase : told.at(-1)?.phase;
};

const evidenceChecked = (record: StoryRecord, { ok, missing, rejected, files, claim }: EvidenceResult): void => {
  const attempt = lastAttempt(record);
  attempt.missing = missing;
  attempt.artifacts = rejected?.artifacts ?? [];
  attempt.failedAt = rejected?.phases[0] ?? attempt.failedAt;
  record.files = files ?? record.files;
  record.claim = claim === undefined ? record.claim : withClaim(record.claim, claim);
  const phase = attempt.phases.at(-1);
  if (phase === undefined) return;
  if (ok) {
    if (phase.remark === "" && files !== undefined) phase.remark = counted(files.length, "file");
    return;
  }
  phase.outcome = "failed";
  phase.remark = `missing: ${missing.join("; ")}`;
};

/** Reasons of files add up; of numbers the later word counts. */
const withClaim = (before: BuildClaim | undefined, claim: BuildClaim): BuildClaim => {
  const files = new Map([...(before?.files ?? []), ...claim.files].map((file) => [file.path, file]));
  return { ...before, ...claim, files: [...files.values()] };
};

const outcomeOf = (end: TurnEnd): PhaseRecord["outcome"] => {
  if (end.kind === "finished" || end.kind === "already-done" || end.kind === "question") return "ok";
  return end.kind === "cut" ? "cut" : "failed";
};

const remarkOf = (end: TurnEnd): string => {
  switch (end.kind) {
    case "halted":
    case "cut":
      return end.reason;
    case "failed":
      return end.message;
    case "question":
      return "asked a question";
    case "finished":
    case "already-done":
      return "";
  }
};
