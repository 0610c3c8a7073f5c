import { existsSync } from "node:fs";
import type { AgentAttachment } from "../../core/agents/agent.ts";
import { describeAgent } from "../../core/agents/agents.ts";
import type { AgentProfile } from "../../core/model/config.ts";
import { threadOf, workPhase } from "../../core/model/pipeline.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import { UserError } from "../../core/model/user-error.ts";
import type { AgentSession } from "../../core/scheduler/agent-session.ts";
import type { RunState, StoryState } from "../../core/scheduler/state.ts";
import type { FoldedRun } from "../lead/runs.ts";

/** An agent's own session, ready to be opened at a terminal. */
export interface Attachment extends AgentAttachment {
  readonly profile: AgentProfile;
  /** The project's folder in the story's worktree, where the session was begun. */
  readonly cwd: string;
}

/** Why a person cannot open the session of that profile's program; undefined where they can. */
export const attachProblem = (profile: AgentProfile | undefined): string | undefined =>
  profile === undefined || describeAgent(profile.cli).attach === undefined ? noSessionOf(profile) : undefined;

const noSessionOf = (profile: AgentProfile | undefined): string =>
  `${profile?.cli ?? "its agent"} has no session that a person could open`;

/** The session that a story's agent had last, as its program opens it. Throws a UserError where there is none. */
export const attachmentOf = ({ file, state }: FoldedRun, key: StoryKey): Attachment => {
  const story = state.stories.get(key);
  const session = story === undefined ? undefined : lastSession(state, story);
  if (story === undefined || session === undefined) {
    throw new UserError(`${key} has no agent's session yet.`, ["Wait for its first turn: storyboard status"], 1);
  }
  const profile = file.config.agents[session.agent];
  const attach = profile && describeAgent(profile.cli).attach;
  if (profile === undefined || attach === undefined) {
    throw new UserError(`${noSessionOf(profile)}.`, [`Read what it did: storyboard logs ${key}`], 1);
  }
  const { folder } = session;
  if (folder === undefined || !existsSync(folder)) {
    throw new UserError(`The worktree of ${key} is gone, and with it the place of its session.`, [
      "Retry the story: it gets a worktree again.",
    ]);
  }
  const model = profile.model === undefined ? {} : { model: profile.model };
  return { ...attach({ profile, session: session.id, ...model }), profile, cwd: folder };
};

/** The session of the phase that the story is in, else that of its work. */
export const lastSession = (state: RunState, story: StoryState): AgentSession | undefined => {
  const { pipeline } = state.policy;
  const work = workPhase(pipeline).name;
  const threads = [story.phase ?? work, work].map((phase) => threadOf(pipeline, phase));
  return threads.map((thread) => story.sessions[thread]).find((session) => session !== undefined);
};
