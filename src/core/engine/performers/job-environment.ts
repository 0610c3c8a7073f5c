import { describeAgent } from "../../agents/agents.ts";
import { agentEnvironment } from "../../agents/environment/environment.ts";
import type { AgentProfile } from "../../model/config.ts";
import type { Lease } from "../../scheduler/effects.ts";
import type { RunFile } from "../run-file.ts";
import type { World } from "./world.ts";

/** What is particular to one job's environment. */
export interface JobEnvironment {
  readonly profile?: AgentProfile;
  readonly story?: string;
  readonly storyFile?: string;
  readonly phase?: string;
  readonly attempt?: number;
  readonly directory?: string;
  readonly session?: string;
  readonly leases?: readonly Lease[];
  readonly tmpDirectory?: string;
}

/** As much of a world as an environment needs. */
export interface EnvironmentWorld extends Pick<World, "baseEnvironment" | "ownRoot" | "bin"> {
  readonly run: Pick<RunFile, "run" | "agentEnvironment">;
}

/** The whole environment of a turn, a gate or a set-up. */
export const environmentFor = (world: EnvironmentWorld, job: JobEnvironment): Record<string, string> => {
  const { profile, directory, leases = [], tmpDirectory, ...contract } = job;
  const environment = agentEnvironment({
    base: world.baseEnvironment,
    ownRoot: world.ownRoot,
    contract: {
      run: world.run.run,
      bin: world.bin,
      ...contract,
      ...(directory === undefined ? {} : { turnDir: directory }),
    },
    leases: leaseVariables(leases),
    ...(tmpDirectory === undefined ? {} : { jobTmpDir: tmpDirectory }),
    ...(profile === undefined ? {} : { profile, variables: describeAgent(profile.cli).variables }),
  });
  return { ...environment, ...world.run.agentEnvironment };
};

/** A lease is always told as STORYBOARD_RESOURCE_NAME, and under the name that the configuration gives. */
const leaseVariables = (leases: readonly Lease[]): Record<string, string> => {
  const variables: Record<string, string> = {};
  for (const { resource, unit, env } of leases) {
    variables[`STORYBOARD_RESOURCE_${resource.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`] = unit;
    if (env !== undefined) variables[env] = unit;
  }
  return variables;
};
