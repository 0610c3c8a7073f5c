import type { Config } from "../../core/model/config.ts";
import { nearestName } from "../../core/model/nearest-name.ts";
import { rolesOf } from "../../core/model/pipeline.ts";
import { isSection, type Settings } from "./layer.ts";
import { chosenPipeline } from "./pipelines.ts";
import type { SettingProblem } from "./problem.ts";
import { playersOf, roleNames, settingOfRole } from "./roles.ts";
import { shownValue } from "./shown-value.ts";

/**
 * What keeps the configured agents from playing their roles. `loadConfiguration` asks this where `agents` has entries;
 * a caller that fills an empty `agents` asks it again afterwards.
 */
export const agentProblems = (settings: Config | Settings): SettingProblem[] => {
  const agents = isSection(settings.agents) ? settings.agents : {};
  const { builder } = roleNames(settings);
  return [
    ...missingPlayers(settings, agents),
    ...Object.entries(agents).flatMap(([name, profile]) =>
      isSection(profile) ? profileProblems(name, profile, agents, name === builder) : [],
    ),
  ];
};

/** Profiles that the chosen pipeline's roles name and that are not there, each said once. */
const missingPlayers = (settings: Config | Settings, agents: Settings): SettingProblem[] => {
  const players = playersOf(settings);
  const pipeline = chosenPipeline(settings);
  const missing = new Map<string, SettingProblem>();
  for (const role of ["builder", ...(pipeline === undefined ? [] : rolesOf(pipeline))]) {
    const name = players.get(role);
    if (name === undefined || missing.has(name)) continue;
    for (const problem of missingProfile(name, agents, settingOfRole(settings, role))) missing.set(name, problem);
  }
  return [...missing.values()];
};

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
