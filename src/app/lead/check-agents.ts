import { AGENTS } from "../../core/agents/agents.ts";
import type { Config } from "../../core/model/config.ts";
import { type Role, rolesOf } from "../../core/model/pipeline.ts";
import { UserError } from "../../core/model/user-error.ts";
import { agentProblems } from "../configuration/agent-problems.ts";
import { chosenPipeline } from "../configuration/pipelines.ts";
import { playersOf } from "../configuration/roles.ts";
import type { LoginDesk } from "../doctor/login-desk.ts";

/** Throws a UserError where the roles have no agents, or a program of theirs cannot be started. */
export const checkAgents = (config: Config, desk: LoginDesk): void => {
  checkRoles(config);
  for (const name of agentsInUse(config).keys()) {
    const missing = missingProgram(name, config, desk);
    if (missing !== undefined) throw missing;
  }
};

/** Throws a UserError where the roles have no agents. */
export const checkRoles = (config: Config): void => {
  const problems = agentProblems(config).map(({ path, text }) => `${path.join(".")}: ${text}`);
  if (problems.length > 0) {
    throw new UserError(`The agents are not configured:\n${problems.map((line) => `  ${line}`).join("\n")}`, [
      ...(Object.keys(config.agents).length === 0 ? INSTALLABLE : []),
      "Name an agent in storyboard.yaml, for example:",
      "  agents: { builder: { cli: command, command: [my-agent, --headless] } }",
    ]);
  }
};

/** What a profile does in a run. */
export type AgentUse = "builds" | "reviews" | "assesses" | "reconciles" | "reflects" | `plays ${string}` | "stands in";

const USES: Readonly<Record<Role, AgentUse>> = {
  builder: "builds",
  reviewer: "reviews",
  assessor: "assesses",
  reconciler: "reconciles",
  reflector: "reflects",
};

/** The profiles that a run may call, with what for: its roles, and who takes over from them. */
export const agentsInUse = (config: Config): ReadonlyMap<string, ReadonlySet<AgentUse>> => {
  const players = playersOf(config);
  const pipeline = chosenPipeline(config);
  const uses = new Map<string, Set<AgentUse>>();
  const add = (name: string, use: AgentUse): void => {
    uses.set(name, (uses.get(name) ?? new Set()).add(use));
  };
  for (const role of new Set(["builder", ...(pipeline === undefined ? [] : rolesOf(pipeline))])) {
    const name = players.get(role);
    if (name !== undefined) add(name, USES[role] ?? `plays ${role}`);
  }
  for (const name of [...uses.keys()]) {
    for (const other of config.agents[name]?.fallback ?? []) add(other, "stands in");
  }
  return uses;
};

/** What keeps the program of a profile from being started; undefined where nothing does. */
export const missingProgram = (name: string, config: Config, desk: LoginDesk): UserError | undefined => {
  const profile = config.agents[name];
  const found = profile && desk.find(profile);
  if (profile === undefined || found === undefined || found.kind === "found") return undefined;
  const { cli, command } = profile;
  const agent = AGENTS.find((one) => one.cli === cli);
  return new UserError(`The agent ${name} cannot be started: ${found.message}.`, [
    found.problem === "not-executable" && command !== undefined
      ? `Make it executable (chmod +x), or start it by its interpreter: command: [sh, ${command[0]}].`
      : `${agent?.install ?? "Install it"}, or correct agents.${name} in storyboard.yaml.`,
  ]);
};

/** How to get a program that is chosen unasked once it is there. */
const INSTALLABLE = AGENTS.flatMap(({ install }) => (install === undefined ? [] : [`${install}.`]));
