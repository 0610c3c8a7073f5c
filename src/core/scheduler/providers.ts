import { phaseNamed, type Role, workPhase } from "../model/pipeline.ts";
import { entryPhase } from "./entry-phase.ts";
import type { AgentChoice, RunPolicy } from "./policy.ts";
import type { RunState, StoryState } from "./state.ts";
import { storyOf } from "./state.ts";

/**
 * Which agent plays a role right now: the first of the configured one and its fallbacks whose provider can be used, else
 * the one whose provider is back first. One that only a person can bring back is the last choice.
 */
export const agentFor = (state: RunState, role: Role): AgentChoice => {
  const agent = playerOf(state.policy, role);
  const choices = choicesOf(agent).filter(({ provider }) => !state.barred.has(provider));
  const backAtMs = ({ provider }: AgentChoice): number => state.resting.get(provider) ?? 0;
  const soonestMs = Math.min(...choices.map(backAtMs));
  return choices.find((choice) => backAtMs(choice) === soonestMs) ?? agent;
};

/** The agent of the turn that a story has, or would have next; undefined where storyboard itself is next. */
export const nextAgentOf = (state: RunState, story: StoryState): AgentChoice | undefined => {
  const phase = phaseNamed(state.policy.pipeline, story.next?.phase ?? entryPhase(state, story));
  return phase.kind === "turn" ? agentFor(state, phase.role) : undefined;
};

/** Why no turn of that provider may begin now. */
export type Hold =
  | { readonly kind: "barred"; readonly reason: string }
  | { readonly kind: "resting"; readonly untilMs: number }
  | { readonly kind: "slowed"; readonly workers: number };

/** What holds back a turn of that provider; undefined where nothing does. */
export const holdOn = (state: RunState, provider: string): Hold | undefined => {
  const reason = state.barred.get(provider);
  if (reason !== undefined) return { kind: "barred", reason };
  const untilMs = state.resting.get(provider);
  if (untilMs !== undefined) return { kind: "resting", untilMs };
  const workers = state.slowed.get(provider)?.workers;
  return workers !== undefined && atWorkFor(state, provider) >= workers ? { kind: "slowed", workers } : undefined;
};

/** Stories in flight that have a turn of that provider, or are about to. */
export const atWorkFor = (state: RunState, provider: string): number => {
  let count = 0;
  for (const key of state.inFlight) if (providerInUse(state, storyOf(state, key)) === provider) count++;
  return count;
};

const providerInUse = (state: RunState, story: StoryState): string | undefined => {
  if (story.stage !== "running") return undefined;
  const effect = story.busyWith === undefined ? undefined : state.effects.get(story.busyWith);
  if (effect?.kind === "run-turn") return providerOf(state, effect.role, effect.agent);
  return state.due.has(story.story.key) ? nextAgentOf(state, story)?.provider : undefined;
};

/** Whose limits a turn of that profile falls under. */
export const providerOf = (state: RunState, role: Role, profile: string): string =>
  choiceNamed(state, role, profile).provider;

/** The choice of a role that has that profile; the role's first where none has. */
export const choiceNamed = (state: RunState, role: Role, profile: string): AgentChoice => {
  const agent = playerOf(state.policy, role);
  return choicesOf(agent).find((choice) => choice.profile === profile) ?? agent;
};

const choicesOf = (agent: AgentChoice): readonly AgentChoice[] => [agent, ...(agent.fallback ?? [])];

/** Who plays a role. Roles without an agent are refused before a run. */
export const playerOf = ({ agents }: RunPolicy, role: Role): AgentChoice => {
  const agent = agents[role];
  if (agent === undefined) throw new Error(`nobody plays the role ${role}`);
  return agent;
};

/** How many of the builder's turns may run at once right now: what people see as effective workers. */
export const governedWorkers = (state: RunState, workers: number): number =>
  Math.min(
    workers,
    state.slowed.get(agentFor(state, workPhase(state.policy.pipeline).role).provider)?.workers ?? workers,
  );
