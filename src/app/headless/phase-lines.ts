import type { PhaseName, Pipeline } from "../../core/model/pipeline.ts";
import { SEVEN_PHASES } from "../../core/model/pipelines.ts";
import { firstLine, plainLine } from "../../core/model/plain-text.ts";
import type { StoryState } from "../../core/scheduler/state.ts";
import { durationClock } from "../machine-contract/time-words.ts";
import type { AttemptRecord, PhaseRecord, StoryRecord } from "./story-record.ts";

/** Where a story failed: a phase of its pipeline, or of its agent's own where that runs all of them in one turn. */
export const failedAt = (story: StoryState, { attempts }: StoryRecord): PhaseName | undefined => {
  const last = attempts.at(-1);
  return last?.failedAt ?? last?.phases.at(-1)?.phase ?? story.phase;
};

/** Why a story failed, without the phase before it. */
export const failureReason = (story: StoryState, at: PhaseName | undefined): string => {
  const message = story.failures.at(-1)?.message ?? "–";
  const head = [at, story.phase].find((phase) => phase !== undefined && message.startsWith(`${phase}: `));
  return head === undefined ? message : message.slice(head.length + 2);
};

/** `VERIFY (Phase 3)`: a phase with its place among those of its pipeline, or of the seven. */
export const phaseWithNumber = (phase: PhaseName | undefined, pipeline: Pipeline): string => {
  if (phase === undefined) return "–";
  const names = pipeline.phases.map(({ name }) => name);
  const number = (names.includes(phase) ? names : SEVEN_PHASES).indexOf(phase) + 1;
  return number === 0 ? phase : `${phase} (Phase ${number})`;
};

/**
 * The phases of a failed story, one line each (swarm-batch.md, step 6): what came of it, `[FAILED]` behind that which
 * failed, `Skipped` for those that were never come to.
 */
export const phaseLines = (story: StoryState, record: StoryRecord, pipeline: Pipeline, reason: string): string[] => {
  const last = record.attempts.at(-1);
  if (last === undefined) return [];
  const at = failedAt(story, record);
  // Its own phases count where its agent told of any, or where what is missing belongs to one.
  const isOwn = last.told.length > 0 || last.failedAt !== undefined;
  const words = isOwn ? toldWords(last) : recordedWords(record.attempts);
  const names = isOwn ? SEVEN_PHASES : pipeline.phases.map(({ name }) => name);
  const place = names.indexOf(at ?? "");
  return [...new Set([...words.keys(), ...names])]
    .sort((a, b) => names.indexOf(a) - names.indexOf(b))
    .flatMap((name) => {
      if (name === at) return [`  ${name}: ${plainLine(`${firstLine(reason)} ${markOf(last)}`)}`];
      const said = words.get(name);
      if (said !== undefined) return [`  ${name}: ${plainLine(said)}`];
      return names.indexOf(name) > place ? [`  ${name}: Skipped`] : [];
    });
};

const markOf = ({ phases }: AttemptRecord): string => (phases.at(-1)?.outcome === "cut" ? "[CUT OFF]" : "[FAILED]");

const toldWords = ({ told }: AttemptRecord): Map<PhaseName, string> =>
  new Map(told.map(({ phase, text }) => [phase, text === "" ? "–" : text]));

/** What the last turn of each phase came to, over all attempts: one that held is not done again. */
const recordedWords = (attempts: readonly AttemptRecord[]): Map<PhaseName, string> =>
  new Map(attempts.flatMap(({ phases }) => phases).map((phase) => [phase.phase, wordsOf(phase)]));

const WORDS = { ok: "ok", failed: "failed", cut: "cut off" } as const;

const wordsOf = ({ outcome, durationMs, remark }: PhaseRecord): string => {
  const words = remark === "" ? (outcome === undefined ? "not ended" : WORDS[outcome]) : firstLine(remark);
  return durationMs === 0 ? words : `${words}, ${durationClock(durationMs)}`;
};
