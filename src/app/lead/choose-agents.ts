import { AGENTS } from "../../core/agents/agents.ts";
import { type AgentProfile, agentProfileSchema, type Config } from "../../core/model/config.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import { chosenPipeline } from "../configuration/pipelines.ts";
import type { LoginDesk } from "../doctor/login-desk.ts";

/** A configuration with agents in it, as far as any were found. */
export interface ChosenAgents {
  readonly config: Config;
  /** What was chosen, for people. */
  readonly notes: readonly string[];
}

/** An installed program that could be chosen. */
interface Candidate {
  readonly profile: AgentProfile;
  readonly program: string;
  readonly path: string;
  /** Why it cannot work now, and what to do about it. */
  readonly loggedOut?: string;
}

/**
 * Where no agent is configured at all, the first one of `AGENTS` that is installed and not known to be logged out
 * builds, and the second one, if there is one, reviews. Programs are asked about their login in that case alone; where
 * none is logged in, the first one builds all the same, for the check of logins to say what is missing.
 */
export const chooseAgents = async (
  config: Config,
  desk: LoginDesk,
  /** The model that a configuration without agents wants for whoever builds. */
  workerModel?: string,
): Promise<ChosenAgents> => {
  if (Object.keys(config.agents).length > 0) return { config, notes: [] };
  const installed = await Promise.all(installedAgents(desk).map((found) => withLogin(found, desk)));
  const usable = installed.filter(({ loggedOut }) => loggedOut === undefined);
  const [builder = installed[0], second] = usable;
  if (builder === undefined) return { config, notes: [] };
  const reviewer = chosenPipeline(config)?.reviewed === true ? second : undefined;
  const model = workerModel === undefined ? {} : { model: workerModel };
  return {
    config: {
      ...config,
      agents: {
        builder: { ...builder.profile, ...model },
        ...(reviewer === undefined ? {} : { reviewer: reviewer.profile }),
      },
    },
    notes: [
      `no agent is configured: ${builder.program} builds, because it is installed (${builder.path})`,
      ...(reviewer === undefined
        ? []
        : [`${reviewer.program} reviews, because it is installed, too (${reviewer.path})`]),
      ...installed
        .filter((candidate) => candidate !== builder)
        .flatMap(({ program, loggedOut }) => (loggedOut === undefined ? [] : [`${program} is not used: ${loggedOut}`])),
    ],
  };
};

const installedAgents = (desk: LoginDesk): Candidate[] =>
  AGENTS.flatMap(({ cli, program }) => {
    if (program === undefined) return [];
    const profile = agentProfileSchema.parse({ cli });
    const found = desk.find(profile);
    return found?.kind === "found" ? [{ profile, program, path: found.path }] : [];
  });

const withLogin = async (candidate: Candidate, desk: LoginDesk): Promise<Candidate> => {
  const login = await desk.login(candidate.profile);
  if (login?.state.kind !== "logged-out") return candidate;
  return { ...candidate, loggedOut: plainLine(`it is not logged in (${login.state.detail}). ${login.remedy}`) };
};
