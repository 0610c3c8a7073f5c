import type { AgentProfile } from "../../model/config.ts";
import { isMarkOfSurroundingAgent, isOnAllowList, isRepositoryLocal } from "./environment-names.ts";
import { type Environment, withoutOwnTools } from "./own-tools.ts";

/** What storyboard tells an agent about its turn (product.md, Machine contract). Unset ones are not passed. */
export interface ContractVariables {
  readonly run: string;
  readonly story?: string;
  /** Absolute, in the worktree. */
  readonly storyFile?: string;
  readonly phase?: string;
  readonly attempt?: number;
  /** Absolute. */
  readonly turnDir?: string;
  /** The program that runs: this storyboard. */
  readonly bin?: string;
  /** Only where a session is continued. */
  readonly session?: string;
}

/** What the environment of one job is made of. */
export interface EnvironmentRequest {
  /** The environment that storyboard was started with. */
  readonly base: Environment;
  /** The profile of the agent; unset for a gate, a set-up or a hook, which are treated like `command` agents. */
  readonly profile?: Pick<AgentProfile, "cli" | "env">;
  /** Names of variables that the profile's program finds its login and its provider by. */
  readonly variables?: RegExp | undefined;
  readonly contract: ContractVariables;
  /** Variables of the resources the story holds, e.g. `PORT`. */
  readonly leases?: Readonly<Record<string, string>>;
  /** A temporary folder of the job's own, since agents leave files behind there. */
  readonly jobTmpDir?: string;
  /** The folder of our own package, whose tools must not reach anybody. */
  readonly ownRoot: string;
}

/**
 * The whole environment of a job, to be used without inheriting anything. `command` agents, gates, set-ups and hooks
 * get the starter's, less that of a surrounding agent; other agents an allow-list and what their login needs; each what
 * its profile names.
 * Nothing that storyboard brings along gets through, and neither do git's variables that bind to one repository.
 */
export const agentEnvironment = (request: EnvironmentRequest): Record<string, string> => {
  const { profile, variables, leases = {}, jobTmpDir, contract } = request;
  const base = withoutOwnTools(request.base, request.ownRoot);
  const getsAll = profile === undefined || profile.cli === "command";
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value === undefined || isBarred(name)) continue;
    if (getsAll || isOnAllowList(name) || variables?.test(name)) environment[name] = value;
  }
  return Object.assign(
    environment,
    jobTmpDir === undefined ? {} : { TMPDIR: jobTmpDir },
    leases,
    profileVariables(profile, base),
    contractVariables(contract),
  );
};

/** Where the starter stood says nothing in a worktree, and a program that trusts it would work in the wrong place. */
const STARTERS_PLACE: ReadonlySet<string> = new Set(["PWD", "OLDPWD"]);

const isBarred = (name: string): boolean =>
  isMarkOfSurroundingAgent(name) || isRepositoryLocal(name) || STARTERS_PLACE.has(name) || OUTER_STORYBOARD.test(name);

/** What a storyboard that this one runs inside of told its own agent, and what our launcher told us. */
const OUTER_STORYBOARD = /^STORYBOARD_(?:RUN|STORY|STORY_FILE|PHASE|ATTEMPT|TURN_DIR|BIN|SESSION|LAUNCHER_\w+)$/;

const profileVariables = (profile: EnvironmentRequest["profile"], base: Environment): Record<string, string> => {
  const wanted = profile?.env ?? [];
  if (!Array.isArray(wanted)) return { ...wanted };
  return Object.fromEntries(
    wanted.flatMap((name) => {
      const value = base[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
};

const contractVariables = (contract: ContractVariables): Record<string, string> => {
  const { run, story, storyFile, phase, attempt, turnDir, bin, session } = contract;
  const variables = {
    STORYBOARD_RUN: run,
    STORYBOARD_STORY: story,
    STORYBOARD_STORY_FILE: storyFile,
    STORYBOARD_PHASE: phase,
    STORYBOARD_ATTEMPT: attempt?.toString(),
    STORYBOARD_TURN_DIR: turnDir,
    STORYBOARD_BIN: bin,
    STORYBOARD_SESSION: session,
  };
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
};
