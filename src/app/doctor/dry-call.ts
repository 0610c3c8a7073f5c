import { join } from "node:path";
import type { AgentCall } from "../../core/agents/agent.ts";
import { AGENTS } from "../../core/agents/agents.ts";
import { gateCommandsOf } from "../../core/agents/gate-command.ts";
import { ownMcpServer } from "../../core/agents/mcp-server.ts";
import type { AgentProfile } from "../../core/model/config.ts";
import type { Permission } from "../../core/model/pipeline.ts";
import { OWN_FOLDER } from "../lead/runs.ts";

/** What a call depends on besides its profile. */
export interface CallPlace {
  readonly project: string;
  /** The git folder that all worktrees share; unset where there is no repository. */
  readonly gitDirectory?: string | undefined;
  /** Shell lines of the project's gates. */
  readonly gateCommands: readonly string[];
  /** Where agents reach the lead; without it a call has no server of tools. */
  readonly desk?: LeadDesk;
  /** The environment that the program gets besides the call's own. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Where agents of a run reach its lead. */
export interface LeadDesk {
  /** Our own program, absolute. */
  readonly bin: string;
  /** Names of the gates that agents are to ask it for; empty where it does not coordinate them. */
  readonly gates: readonly string[];
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
  const { project, gitDirectory: common, gateCommands, desk, environment } = place;
  return AGENTS.find(({ cli }) => cli === profile.cli)?.call({
    profile,
    permission,
    prompt: "",
    newSession: "SESSION",
    gateCommands: [...gateCommands, ...(desk === undefined ? [] : gateCommandsOf(desk.bin, desk.gates))],
    turnDirectory: turnFolder(project),
    gitDirectories: common === undefined ? [] : [common, join(common, "worktrees", "WORKTREE")],
    environment,
    ...(desk === undefined ? {} : { mcpServer: serverAt(desk, project, permission) }),
  });
};

const serverAt = ({ bin, gates }: LeadDesk, project: string, permission: Permission) =>
  ownMcpServer(
    bin,
    {
      STORYBOARD_RUN: RUN,
      STORYBOARD_STORY: "STORY",
      STORYBOARD_PHASE: "PHASE",
      STORYBOARD_ATTEMPT: "ATTEMPT",
      STORYBOARD_TURN_DIR: turnFolder(project),
      STORYBOARD_BIN: bin,
    },
    permission !== "read" && gates.length > 0,
  );
