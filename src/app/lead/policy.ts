import { describeAgent } from "../../core/agents/agents.ts";
import type { Config } from "../../core/model/config.ts";
import { type Pipeline, rolesOf, turnPhases } from "../../core/model/pipeline.ts";
import { withPlan } from "../../core/model/pipelines.ts";
import type { Backlog } from "../../core/model/story.ts";
import { UserError } from "../../core/model/user-error.ts";
import type { AgentChoice, ResourcePool, RunPolicy } from "../../core/scheduler/policy.ts";
import { chosenPipeline } from "../configuration/pipelines.ts";
import { playersOf, roleNames } from "../configuration/roles.ts";

/**
 * Who can be asked while the run goes on: somebody at a screen; somebody who answers by `ctl` or a file, as --inbox wait
 * says; or only whoever happens to look.
 */
export type PersonThere = "screen" | "asked-for" | "nobody";

/** How many stories may be worked on at once. */
export const workersOf = ({ order, max_workers: max }: Config): number => (order === "sequential" ? 1 : max);

/** What the scheduler must know of the configuration, besides the stories. */
export const policyOf = (
  config: Config,
  source: Backlog["source"],
  checks: { readonly hasGates: boolean; readonly probesHooks: boolean; readonly person: PersonThere },
): RunPolicy => {
  const chosen = chosenPipeline(config);
  if (chosen === undefined) throw new UserError(`There is no pipeline ${JSON.stringify(config.pipeline)}.`);
  const pipeline = config.plan_gate === "off" ? chosen : withPlan(chosen);
  const { builder, reviewer } = roleNames(config);
  const isWorktree = config.isolation === "worktree";
  const evidence = config.evidence.profile !== "none";
  const { limits } = config;
  const first = checks.hasGates || (checks.probesHooks && isWorktree);
  return {
    pipeline,
    maxWorkers: workersOf(config),
    attemptsMax: config.max_retry_per_story,
    breakerMax: config.circuit_breaker,
    agents: {
      ...otherChoices(config, pipeline),
      builder: choiceOf(config, builder),
      reviewer: choiceOf(config, reviewer),
    },
    blocking: config.review.blocking,
    reviewsMax: config.review.max_iterations,
    plans: config.plan_gate,
    evidence,
    workspace: isWorktree || evidence,
    landing: isWorktree,
    keepsStatus: source === "bmad",
    ...progressOf(config, chosen),
    finalStatus: isReviewed(config, pipeline) ? "done" : (config.final_status ?? "review"),
    baseline: first ? baselineOf(config, checks.person) : "skip",
    finish: isWorktree || config.batch_mode,
    inBacklogOrder: config.order === "sequential",
    storyTurnsMax: limits.story_turns,
    storyTokensMax: limits.story_tokens,
    storyUsdMax: limits.story_usd,
    runTokensMax: limits.run_tokens,
    runUsdMax: limits.run_usd,
    // What a run does that waits for nobody is a matter of headless runs.
    inbox: checks.person === "screen" ? "wait" : config.inbox,
    resources: Object.fromEntries(Object.entries(config.resources).map(([name, pool]) => [name, poolOf(pool)])),
  };
};

/** Under the profile `pantheon` a worker leaves the artifacts of a review that it had made. */
const isReviewed = ({ evidence }: Config, pipeline: Pipeline): boolean =>
  pipeline.reviewed || (evidence.profile === "pantheon" && hasWorker(pipeline));

const hasWorker = (pipeline: Pipeline): boolean => turnPhases(pipeline).some(({ prompt }) => prompt === "worker");

/** Who writes progress artifacts: a worker leaves them itself. */
const progressOf = (
  { evidence }: Config,
  pipeline: Pipeline,
): Pick<RunPolicy, "keepsProgress" | "agentsKeepProgress"> => {
  const isAsked = evidence.profile === "pantheon";
  const isWorkers = hasWorker(pipeline);
  return { keepsProgress: isAsked && !isWorkers, ...(isAsked && isWorkers ? { agentsKeepProgress: true } : {}) };
};

/** Who plays the roles besides the builder and the reviewer. */
const otherChoices = (config: Config, pipeline: Pipeline): Readonly<Record<string, AgentChoice>> => {
  const players = playersOf(config);
  const roles = rolesOf(pipeline).filter((role) => role !== "builder" && role !== "reviewer");
  return Object.fromEntries(
    roles.flatMap((role) => {
      const name = players.get(role);
      return name === undefined ? [] : [[role, choiceOf(config, name)]];
    }),
  );
};

const baselineOf = ({ gates }: Config, person: PersonThere): RunPolicy["baseline"] =>
  gates.baseline === "require" && person !== "nobody" ? "ask" : gates.baseline;

const choiceOf = (config: Config, name: string): AgentChoice => {
  const profile = config.agents[name];
  const fallback = (profile?.fallback ?? []).filter((other) => other !== name);
  return {
    ...bareChoice(config, name),
    ...(fallback.length === 0 ? {} : { fallback: fallback.map((other) => bareChoice(config, other)) }),
  };
};

/** Without its fallbacks: those of a fallback do not count. */
const bareChoice = (config: Config, name: string): AgentChoice => {
  const profile = config.agents[name];
  if (profile === undefined) throw new UserError(`There is no agent ${JSON.stringify(name)} in the configuration.`);
  const { provider, takesMessages = false } = describeAgent(profile.cli);
  return {
    profile: name,
    provider: provider(profile),
    escalate: profile.escalate,
    ...(takesMessages ? { takesMessages } : {}),
    ...(profile.model === undefined ? {} : { model: profile.model }),
  };
};

/** Most members of a pool; a range is written out. */
const POOL_UNITS_MAX = 10_000;

const poolOf = (resource: Config["resources"][string]): ResourcePool => {
  if (typeof resource === "number") {
    return { units: Array.from({ length: Math.min(resource, POOL_UNITS_MAX) }, (_, i) => String(i + 1)) };
  }
  const { pool, env } = resource;
  const units = typeof pool === "string" ? range(pool) : pool;
  return env === undefined ? { units } : { units, env };
};

const range = (text: string): string[] => {
  const [from = 0, to = 0] = text.split("-").map(Number);
  const count = Math.max(0, Math.min(POOL_UNITS_MAX, to - from + 1));
  return Array.from({ length: count }, (_, i) => String(from + i));
};
