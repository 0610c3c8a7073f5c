import { counted } from "../model/counted.ts";
import { decidesFindings, type TurnPhase } from "../model/pipeline.ts";
import { type Finding, findingIdentity, isBlocking, type Verdict } from "../model/review.ts";
import type { TurnResult } from "../model/turn.ts";
import { phaseHolds } from "./decide-phase.ts";
import type { Decision } from "./decision.ts";
import type { ReviewState, RunEvent } from "./events.ts";
import { failAttempt } from "./failing.ts";
import { failureOf } from "./failures.ts";
import type { StoryState } from "./state.ts";

/**
 * What a review means (product.md, Review). Findings that block go to the builder, at most so often; old findings that it
 * leaves out are repaired; new ones about files that did not change since the last review are put off. No verdict is a
 * failed turn, never an approval.
 */
export const reviewed = (decision: Decision, story: StoryState, phase: TurnPhase, result: TurnResult): RunEvent[] => {
  const { policy } = decision.state;
  const { key } = story.story;
  const { verdict } = result;
  if (verdict === undefined || (verdict.verdict === "changes" && verdict.findings.length === 0)) {
    const message = `${phase.name}: the ${phase.role} ended without a verdict`;
    const failure = failureOf("ImplementationError", message, result.lastLines.join("\n"));
    return failAttempt(decision, story, phase.name, failure);
  }
  const review = sorted(decision, story, verdict, result);
  const stands = !phase.triage && standsStill(story, review.open, result);
  // Where a later phase decides about each finding, this one hands on all that it may raise.
  if (!decidesFindings(policy.pipeline, phase) && !stands) {
    return phaseHolds(decision, story, phase, handedOn(story, verdict, result));
  }
  if (review.open.length === 0) return phaseHolds(decision, story, phase, review);
  const prompt = { kind: "refine", findings: review.open } as const;
  const next = { phase: phase.onFindings ?? phase.name, prompt, fresh: false, salvage: false };
  if (phase.onFindings !== undefined && story.reviews < (phase.times ?? policy.reviewsMax) && !stands) {
    return [{ type: "phase.due", story: key, next, review }];
  }
  const why = stands ? ", and nothing was changed between the last two" : "";
  const text = `${counted(review.open.length, "finding")} still open after ${counted(story.reviews, "review")}${why}. Answer "accept" to land with them deferred, or say what to do.`;
  return [
    { type: "story.parked", story: key, question: { kind: "review", text, findings: review.open }, next, review },
  ];
};

/** A turn's result with what the card says about findings that came too late. */
export const withReviewNotes = (decision: Decision, story: StoryState, result: TurnResult): TurnResult => {
  if (result.verdict === undefined) return result;
  const late = result.verdict.findings.filter(
    (finding) => isBlocking(finding.severity, decision.state.policy.blocking) && isLate(story, finding, result),
  );
  if (late.length === 0) return result;
  const titles = late.map(({ title, file }) => `${file}: ${title}`).join("; ");
  const note = `put off, since they are new and about files that did not change since the last review: ${titles}`;
  return { ...result, notes: [...(result.notes ?? []), note] };
};

const sorted = (decision: Decision, story: StoryState, verdict: Verdict, result: TurnResult): ReviewState => {
  const { blocking } = decision.state.policy;
  const blocks = (finding: Finding): boolean =>
    isBlocking(finding.severity, blocking) && !isLate(story, finding, result);
  const open = verdict.findings.filter(blocks);
  const rest = verdict.findings.filter((finding) => !blocks(finding));
  return { open, deferred: merged(story.deferredFindings, rest, open) };
};

const handedOn = (story: StoryState, { findings }: Verdict, result: TurnResult): ReviewState => {
  const late = findings.filter((finding) => isLate(story, finding, result));
  const open = findings.filter((finding) => !late.includes(finding));
  return { open, deferred: merged(story.deferredFindings, late, open) };
};

/** New in a review that judges again, and about something that the builder did not touch since. */
const isLate = (story: StoryState, finding: Finding, { unchangedFiles = [] }: TurnResult): boolean => {
  if (finding.file === undefined || !unchangedFiles.includes(finding.file)) return false;
  const identity = findingIdentity(finding);
  return ![...story.openFindings, ...story.deferredFindings].some((old) => findingIdentity(old) === identity);
};

/** The same findings about the same tree as before: another round would only repeat it. */
const standsStill = (story: StoryState, open: readonly Finding[], { reviewed: tree }: TurnResult): boolean => {
  if (tree === undefined || tree !== story.reviewedTree) return false;
  const before = new Set(story.openFindings.map(findingIdentity));
  return open.length > 0 && open.every((finding) => before.has(findingIdentity(finding)));
};

/** Old and new findings that did not block, without doubles and without those that block now. */
const merged = (old: readonly Finding[], more: readonly Finding[], open: readonly Finding[]): Finding[] => {
  const blocking = new Set(open.map(findingIdentity));
  const all = new Map([...old, ...more].map((finding) => [findingIdentity(finding), finding]));
  return [...all].filter(([identity]) => !blocking.has(identity)).map(([, finding]) => finding);
};
