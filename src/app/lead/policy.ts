import { describeAgent } from "../../core/agents/agents.ts";
import type { Config } from "../../core/model/config.ts";
import { PIPELINES } from "../../core/model/pipeline.ts";
import type { Backlog } from "../../core/model/story.ts";
import { UserError } from "../../core/model/user-error.ts";
import type { AgentChoice, ResourcePool, RunPolicy } from "../../core/scheduler/policy.ts";
import { roleNames } from "../configuration/agent-problems.ts";

/** What the scheduler must know of the configuration, besides the stories. */
export const policyOf = (
  config: Config,
  source: Backlog["source"],
  checks: { readonly hasGates: boolean; readonly probesHooks: boolean },
): RunPolicy => {
  const pipeline = PIPELINES[config.pipeline];
  if (pipeline === undefined) throw new UserError(`There is no pipeline ${JSON.stringify(config.pipeline)}.`);
  const { builder, reviewer } = roleNames(config);
  const isWorktree = config.isolation === "worktree";
  const evidence = config.evidence.profile !== "none";
  const { limits } = config;
  const first = checks.hasGates || (checks.probesHooks && isWorktree);
  return {
    pipeline,
    maxWorkers: config.order === "sequential" ? 1 : config.max_workers,
    attemptsMax: config.max_retry_per_story,
    breakerMax: config.circuit_breaker,
    agents: { builder: choiceOf(config, builder), reviewer: choiceOf(config, reviewer) },
    blocking: config.review.blocking,
    reviewsMax: config.review.max_iterations,
    evidence,
    workspace: isWorktree || evidence,
    landing: isWorktree,
    keepsStatus: source === "bmad",
    finalStatus: pipeline.reviewed ? "done" : (config.final_status ?? "review"),
    baseline: first ? config.gates.baseline : "skip",
    finish: isWorktree || config.batch_mode,
    inBacklogOrder: config.order === "sequential",
    storyTurnsMax: limits.story_turns,
    storyTokensMax: limits.story_tokens,
    storyUsdMax: limits.story_usd,
    runTokensMax: limits.run_tokens,
    runUsdMax: limits.run_usd,
    inbox: config.inbox,
    resources: Object.fromEntries(Object.entries(config.resources).map(([name, pool]) => [name, poolOf(pool)])),
  };
};

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
