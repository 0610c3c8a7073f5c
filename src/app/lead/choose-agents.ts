import { AGENTS } from "../../core/agents/agents.ts";
import { findProgram } from "../../core/jobs/find-program.ts";
import { agentProfileSchema, type Config } from "../../core/model/config.ts";

/** A configuration with agents in it, as far as any were found. */
export interface ChosenAgents {
  readonly config: Config;
  /** What was chosen, for people. */
  readonly notes: readonly string[];
}

/** What is known where agents are chosen. */
interface Surroundings {
  readonly repository: { readonly project: string };
  readonly environment: NodeJS.ProcessEnv;
  /** The model that a configuration without agents wants for whoever builds. */
  readonly workerModel?: string | undefined;
}

/** Where no agent is configured at all, the first one of `AGENTS` whose program is installed builds. */
export const chooseAgents = (
  config: Config,
  { repository, environment, workerModel: model }: Surroundings,
): ChosenAgents => {
  if (Object.keys(config.agents).length > 0) return { config, notes: [] };
  for (const { cli, program } of AGENTS) {
    const found = program === undefined ? undefined : findProgram(program, repository.project, environment.PATH);
    if (found?.kind !== "found") continue;
    const builder = agentProfileSchema.parse({ cli, ...(model === undefined ? {} : { model }) });
    return {
      config: { ...config, agents: { builder } },
      notes: [`no agent is configured: ${program} builds, because it is installed (${found.path})`],
    };
  }
  return { config, notes: [] };
};
