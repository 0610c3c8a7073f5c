import { join } from "node:path";
import type { AgentCall } from "../../core/agents/agent.ts";
import { AGENTS } from "../../core/agents/agents.ts";
import type { AgentProfile } from "../../core/model/config.ts";
import type { Permission } from "../../core/model/pipeline.ts";
import { OWN_FOLDER } from "../lead/runs.ts";

/** What a call depends on besides its profile. */
export interface CallPlace {
  readonly project: string;
  /** The git folder that all worktrees share; unset where there is no repository. */
  readonly gitDirectory?: string | undefined;
  readonly gateCommands: readonly string[];
  /** The environment that the program gets besides the call's own. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Stands for what only a run knows. */
const RUN = "RUN";

/** The folder that stands for the one of a turn; nothing is ever written there. */
export const turnFolder = (project: string): string => join(project, OWN_FOLDER, "runs", RUN, "jobs", "TURN");

/**
 * How a turn of that profile would be started, with words in capitals for what only a run knows. Undefined where this
 * version does not serve its program. Throws a UserError where the profile cannot be used.
 */
export const dryCall = (profile: AgentProfile, permission: Permission, place: CallPlace): AgentCall | undefined => {
  const { project, gitDirectory: common, gateCommands, environment } = place;
  return AGENTS.find(({ cli }) => cli === profile.cli)?.call({
    profile,
    permission,
    prompt: "",
    newSession: "SESSION",
    gateCommands,
    turnDirectory: turnFolder(project),
    gitDirectories: common === undefined ? [] : [common, join(common, "worktrees", "WORKTREE")],
    environment,
  });
};
