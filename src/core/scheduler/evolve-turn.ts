import { type CriteriaLedger, laterClaims } from "../model/criteria.ts";
import { decidesFindings, isWriter, type PhaseName, phaseNamed, threadOf, turnPhases } from "../model/pipeline.ts";
import { isInterruption, neverBegan, type TurnResult, wasHeard } from "../model/turn.ts";
import { addUsage } from "../model/usage.ts";
import type { AgentSession } from "./agent-session.ts";
import type { RunEvent } from "./events.ts";
import { operatorParts } from "./operator-part.ts";
import { providerOf } from "./providers.ts";
import type { RunState, StoryState } from "./state.ts";

type Event<T extends RunEvent["type"]> = Extract<RunEvent, { type: T }>;

/** A turn of the story's agent began. */
export const turnStarted = (state: RunState, story: StoryState, event: Event<"turn.started">, at: number): void => {
  story.busyWith = event.effect.id;
  story.turns = event.effect.turn;
  if (story.phase !== event.effect.phase) story.phaseStartedAtMs = at;
  story.phase = event.effect.phase;
  story.agent = event.effect.agent;
  story.told = event.effect.messages ?? [];
  if (event.effect.messages !== undefined) story.messages = [];
  story.stopping = undefined;
  story.asked = undefined;
  story.next = undefined;
  story.phaseStates[event.effect.phase] = "in_progress";
  story.turnsOf[event.effect.phase] = (story.turnsOf[event.effect.phase] ?? 0) + 1;
  const { pipeline } = state.policy;
  const phase = phaseNamed(pipeline, event.effect.phase);
  if (phase.kind === "turn" && decidesFindings(pipeline, phase)) story.reviews++;
  // From here on the story's own work is what it has beyond that commit.
  if (phase.kind === "turn" && isWriter(phase)) {
    story.checked = undefined;
    if (event.effect.conflict !== undefined) story.baseline = event.effect.conflict.onto;
    // Nobody looks at what such a phase leaves, so that nothing can be held against it later.
    if (phase.evidence === "none") story.worked = undefined;
  }
  state.due.delete(event.story);
};

/** What a turn's end leaves behind, whatever it was: session, usage, remarks. */
export const turnEnded = (state: RunState, story: StoryState, event: Event<"turn.ended">): void => {
  const { result } = event;
  story.usage = addUsage(story.usage, result.usage);
  story.cut = result.end.kind === "cut" ? result.end.reason : undefined;
  story.neverBegan = neverBegan(result);
  if (result.session !== undefined) {
    const thread = threadOf(state.policy.pipeline, event.phase);
    story.sessions[thread] = sessionOf(story, thread, result, result.session);
  }
  if (result.claim?.criteria !== undefined && isWork(state, event.phase)) {
    const claims = laterClaims(story.criteria?.claims ?? [], result.claim.criteria);
    story.criteria = { ...story.criteria, claims };
  }
  if (isInterruption(result.end)) {
    story.interruptions++;
    story.turnsOf[event.phase] = Math.max(0, (story.turnsOf[event.phase] ?? 0) - 1);
  }
  if (!wasHeard(result)) story.messages = [...story.told, ...story.messages];
  story.told = [];
  story.operator = operatorParts(story, result);
  story.notes.push(...(result.notes ?? []).filter((note) => !story.notes.includes(note)));
  if (result.verdict !== undefined && !isTriage(state, event.phase)) story.reviewedTree = result.reviewed;
  if (result.lessons !== undefined) story.lessons = result.lessons;
  if (result.end.kind !== "finished") return;
  story.phaseStates[event.phase] = "complete";
  story.environmentFailures = 0;
  story.providerFailures = 0;
  state.rests.delete(providerOf(state, event.role, story.agent ?? ""));
};

/** What a reviewer says it shows is nothing that a check of the builder's could be held to. */
const isWork = ({ policy }: RunState, name: PhaseName): boolean => {
  const phase = phaseNamed(policy.pipeline, name);
  return phase.kind === "turn" && isWriter(phase);
};

const isAskedForWork = ({ policy }: RunState, name: PhaseName | undefined): boolean =>
  turnPhases(policy.pipeline).some((phase) => phase.name === name && phase.evidence === "work");

const isTriage = ({ policy }: RunState, name: PhaseName): boolean => {
  const phase = phaseNamed(policy.pipeline, name);
  return phase.kind === "turn" && phase.triage === true;
};

/** A turn that was cut off reports nothing used: what the session had used before still counts for the next one. */
const sessionOf = (story: StoryState, thread: PhaseName, result: TurnResult, id: string): AgentSession => {
  const known = story.sessions[thread];
  const used = result.sessionUsed ?? (known?.id === id ? known.used : undefined);
  return {
    id,
    agent: story.agent ?? "",
    ...(result.sessionFolder === undefined ? {} : { folder: result.sessionFolder }),
    ...(used === undefined ? {} : { used }),
  };
};

/** Remembers what the checks found for the card. */
export const evidenceChecked = (state: RunState, story: StoryState, event: Event<"evidence.checked">): void => {
  const { result } = event;
  if (result.ok && result.commit !== undefined && isAskedForWork(state, story.phase)) story.worked = result.commit;
  story.commit = result.named ?? result.commit ?? story.commit;
  if (result.finalStatus !== undefined) story.finalStatus = result.finalStatus;
  if (result.ok && result.lessons !== undefined) story.lessons = result.lessons;
  story.checked = result.ok ? result.commit : undefined;
  // A turn that ended well is no phase that held.
  if (!result.ok && story.phase !== undefined && story.phaseStates[story.phase] === "complete") {
    story.phaseStates[story.phase] = "in_progress";
  }
  story.notes.push(...result.notes.filter((note) => !story.notes.includes(note)));
  story.flags.push(...result.flags.filter((flag) => !story.flags.includes(flag)));
  rememberLedger(story, result.criteria);
  if (result.gates !== undefined) {
    story.gates = Object.fromEntries(result.gates.map((gate) => [gate.name, gate.ok]));
  }
};

/** Remembers what was proven of the acceptance criteria last. */
export const rememberLedger = (story: StoryState, ledger: CriteriaLedger | undefined): void => {
  if (ledger !== undefined) story.criteria = { claims: story.criteria?.claims ?? [], ledger };
};
