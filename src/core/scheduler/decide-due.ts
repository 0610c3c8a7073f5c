import { isWriter, phaseNamed, type TurnPhase, threadOf } from "../model/pipeline.ts";
import type { AgentSession } from "./agent-session.ts";
import { landAsItIs } from "./decide-evidence.ts";
import { judgesAgain } from "./decide-phase.ts";
import {
  baselineOf,
  conflictOf,
  type Decision,
  requestEvidence,
  requestStatus,
  requeueForStop,
  startingAt,
} from "./decision.ts";
import type { RunTurn } from "./effects.ts";
import { entryPhase, firstPhase } from "./entry-phase.ts";
import type { Resumption, RunEvent } from "./events.ts";
import { failAtLimit, stopCritically } from "./failing.ts";
import { failureOf } from "./failures.ts";
import { limitReached, over } from "./limits.ts";
import type { AgentChoice } from "./policy.ts";
import { agentFor, atWorkFor, type Hold, holdOn } from "./providers.ts";
import { type RunState, type StoryState, storyOf } from "./state.ts";

/** The next act of one story in flight that waits for nothing: its workspace, a look at evidence, or a turn. */
export const actOnDue = (decision: Decision): RunEvent[] => {
  const { state } = decision;
  if (state.paused || state.stopping !== undefined) return stoppedDue(state);
  for (const key of state.due) return act(decision, storyOf(state, key));
  return [];
};

/** While the run stops, a story between two acts goes back to the queue with what it was about to do. */
const stoppedDue = (state: RunState): RunEvent[] => {
  if (state.stopping === undefined) return [];
  for (const key of state.due) {
    const story = storyOf(state, key);
    return [requeueForStop(story, story.next)];
  }
  return [];
};

const act = (decision: Decision, story: StoryState): RunEvent[] => {
  const { policy } = decision.state;
  const { key } = story.story;
  if (policy.workspace && !story.workspaceReady) {
    const effect = { kind: "prepare-workspace", id: decision.newEffect(), story: key } as const;
    return [{ type: "workspace.requested", story: key, effect }];
  }
  const next = story.next ?? startingAt(entryPhase(decision.state, story));
  if (next.salvage) return requestEvidence(decision, key, next.phase, "salvage");
  if (mayBeAlreadyDone(decision.state, story, next)) return requestEvidence(decision, key, next.phase, "already-done");
  const phase = phaseNamed(policy.pipeline, next.phase);
  if (phase.kind === "commit") return landAsItIs(decision, story);
  return turn(decision, story, phase, next);
};

const mayBeAlreadyDone = (state: RunState, story: StoryState, next: Resumption): boolean =>
  state.policy.evidence &&
  !story.checkedAlreadyDone &&
  story.turns === 0 &&
  next.prompt.kind === "start" &&
  (isRecovered(story) ||
    (next.phase === firstPhase(state.policy, story) &&
      story.story.tasks.length > 0 &&
      story.story.tasks.every((task) => task.done)));

/** Whether a commit of an earlier run is its work, wherever the story would enter its pipeline. */
const isRecovered = ({ story: { recovered } }: StoryState): boolean => recovered !== undefined && "commit" in recovered;

const turn = (decision: Decision, story: StoryState, phase: TurnPhase, next: Resumption): RunEvent[] => {
  const { state } = decision;
  const { key } = story.story;
  if (over(state.usage, state.policy.runTokensMax, state.policy.runUsdMax)) {
    const reason = "the run's budget is used up (limits.run_tokens, limits.run_usd); a new run has a new one (--fresh)";
    return stopCritically(decision, story, next, reason);
  }
  const limit = limitReached(state, story, phase);
  if (limit !== undefined) {
    return failAtLimit(decision, story, phase.name, failureOf(limit.type, limit.message, phase.name));
  }
  const agent = agentFor(state, phase.role);
  const hold = holdWithout(state, story, agent.provider);
  if (hold !== undefined) {
    // It is held back until a provider of its agents is free, which one ever that is.
    return [{ type: "story.requeued", story: key, reason: "limit", attempt: story.attempt, notBeforeMs: 0, next }];
  }
  const session = next.fresh ? undefined : continuedSession(state, story, phase, next, agent.profile);
  const effect: RunTurn = {
    kind: "run-turn",
    id: decision.newEffect(),
    story: key,
    attempt: story.attempt,
    phase: phase.name,
    role: phase.role,
    turn: story.turns + 1,
    agent: agent.profile,
    prompt: next.prompt,
    leases: story.leases,
    flags: story.flags,
    ...baselineOf(isWriter(phase) && story.conflict ? { baseline: story.conflict.onto } : story),
    ...conflictOf(story),
    ...(story.openFindings.length > 0 ? { findings: story.openFindings } : {}),
    ...(story.reviewedTree !== undefined && judgesAgain(story, phase) ? { lastReviewed: story.reviewedTree } : {}),
    ...(phase.evidence === "verdict" && story.criteria?.ledger ? { criteria: story.criteria.ledger } : {}),
    ...modelOf(agent, next, story),
    ...sessionFields(session),
    ...(story.messages.length === 0 ? {} : { messages: story.messages }),
  };
  const begins = story.turns === 0 && phase.startStatus === "in-progress";
  return [...(begins ? requestStatus(decision, key, "in-progress") : []), { type: "turn.started", story: key, effect }];
};

/** A slot that the story has already does not hold it back. */
const holdWithout = (state: RunState, story: StoryState, provider: string): Hold | undefined => {
  const hold = holdOn(state, provider);
  return hold?.kind === "slowed" && atWorkFor(state, provider) - Number(isAtWork(state, story)) < hold.workers
    ? undefined
    : hold;
};

const isAtWork = (state: RunState, story: StoryState): boolean => state.due.has(story.story.key);

/** A session belongs to the agent that began it. */
const continuedSession = (
  { policy }: RunState,
  story: StoryState,
  phase: TurnPhase,
  next: Resumption,
  agent: string,
): AgentSession | undefined => {
  const goesOn = phase.session !== "fresh" || next.prompt.kind !== "start";
  const session = goesOn ? story.sessions[threadOf(policy.pipeline, phase.name)] : undefined;
  return session?.agent === agent ? session : undefined;
};

const sessionFields = (
  session: AgentSession | undefined,
): Pick<RunTurn, "session" | "sessionFolder" | "sessionUsed"> => {
  if (session === undefined) return {};
  const { id, folder, used } = session;
  return {
    session: id,
    ...(folder === undefined ? {} : { sessionFolder: folder }),
    ...(used === undefined ? {} : { sessionUsed: used }),
  };
};

const modelOf = (agent: AgentChoice, next: Resumption, story: StoryState): Pick<RunTurn, "model"> => {
  const model = next.fresh ? (escalated(agent.escalate, story.attempt) ?? agent.model) : agent.model;
  return model === undefined ? {} : { model };
};

/** The first attempt that can be a fresh one after two equal failures. */
const FIRST_FRESH_ATTEMPT = 3;

const escalated = (models: readonly string[], attempt: number): string | undefined =>
  models[Math.min(Math.max(0, attempt - FIRST_FRESH_ATTEMPT), models.length - 1)];
