import type { Config } from "../../core/model/config.ts";
import { nearestName } from "../../core/model/nearest-name.ts";
import { PIPELINES } from "../../core/model/pipeline.ts";
import { isSection, type Settings } from "./layer.ts";
import type { SettingProblem } from "./problem.ts";
import { shownValue } from "./shown-value.ts";

/** The name that stands for "nobody was named": then the builder's profile reviews too, in a fresh session. */
const DEFAULT_REVIEWER = "reviewer";
const DEFAULT_BUILDER = "builder";

/**
 * What keeps the configured agents from playing their roles. `loadConfiguration` asks this where `agents` has entries;
 * a caller that fills an empty `agents` asks it again afterwards.
 */
export const agentProblems = (settings: Config | Settings): SettingProblem[] => {
  const agents = isSection(settings.agents) ? settings.agents : {};
  const { builder, reviewer } = roleNames(settings);
  return [
    ...missingProfile(builder, agents, ["dev_agent"]),
    ...(isReviewed(settings) && reviewer !== builder ? missingProfile(reviewer, agents, ["review_agent"]) : []),
    ...Object.entries(agents).flatMap(([name, profile]) =>
      isSection(profile) ? profileProblems(name, profile, agents, name === builder) : [],
    ),
  ];
};

/** Which profile builds and which reviews. A reviewer that is neither named nor there is the builder's profile. */
export const roleNames = (settings: Config | Settings): { readonly builder: string; readonly reviewer: string } => {
  const builder = typeof settings.dev_agent === "string" ? settings.dev_agent : DEFAULT_BUILDER;
  const named = typeof settings.review_agent === "string" ? settings.review_agent : DEFAULT_REVIEWER;
  const isThere = isSection(settings.agents) && Object.hasOwn(settings.agents, named);
  return { builder, reviewer: named === DEFAULT_REVIEWER && !isThere ? builder : named };
};

const isReviewed = ({ pipeline = "dev-review" }: Config | Settings): boolean =>
  typeof pipeline === "string" && Object.hasOwn(PIPELINES, pipeline) && PIPELINES[pipeline]?.reviewed === true;

const missingProfile = (name: string, agents: Settings, path: SettingProblem["path"] = []): SettingProblem[] => {
  if (Object.hasOwn(agents, name)) return [];
  const known = Object.keys(agents);
  const nearest = nearestName(name, known);
  const help = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  const there = known.length === 0 ? "no agent is configured" : `configured are ${known.join(", ")}`;
  return [{ path, text: `${shownValue(name)} is not one of agents (${there})${help}` }];
};

/** Who takes over has to be somebody else, who is there. */
const fallbackProblems = (name: string, fallback: readonly unknown[], agents: Settings): SettingProblem[] =>
  fallback.flatMap((other, i) => {
    const path = ["agents", name, "fallback", i];
    if (other === name) return [{ path, text: "is the agent itself" }];
    return typeof other === "string" && !Object.hasOwn(agents, other)
      ? missingProfile(other, agents).map(({ text }) => ({ path, text }))
      : [];
  });

const profileProblems = (name: string, profile: Settings, agents: Settings, isBuilder: boolean): SettingProblem[] => {
  const { cli, command, fallback } = profile;
  const path = ["agents", name];
  const problems: SettingProblem[] = [];
  if (cli === "command" && command === undefined) {
    problems.push({ path, text: `needs "command: [program, arguments...]", because its cli is command` });
  }
  if (command !== undefined && typeof cli === "string" && cli !== "command" && cli !== "acp") {
    problems.push({
      path: [...path, "command"],
      text: `belongs to "cli: command"; this agent's cli is ${shownValue(cli)}`,
    });
  }
  if (cli === "acp" && command === undefined) {
    problems.push({ path, text: `needs "command: [program, arguments...]", the program that speaks ACP` });
  }
  if (Array.isArray(fallback)) problems.push(...fallbackProblems(name, fallback, agents));
  if (isBuilder && profile.permissions === "read") {
    problems.push({
      path: [...path, "permissions"],
      text: `must let the agent that builds write: edit or full, not "read"`,
    });
  }
  return problems;
};
