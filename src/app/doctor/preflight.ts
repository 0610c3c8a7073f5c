import type { Config } from "../../core/model/config.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import { UserError } from "../../core/model/user-error.ts";
import { agentsInUse } from "../lead/check-agents.ts";
import type { LoginDesk } from "./login-desk.ts";

/** Longest that a start waits for a program's word on its login, in milliseconds; no word is no reason to refuse. */
export const PREFLIGHT_LIMIT_MS = 5_000;

/**
 * Throws a UserError where a program that is to build, to review or to stand in is known to be logged out, since in the
 * worktree it would only show a dialog that nobody sees, or cannot do what it is allowed to because its sandbox does not
 * work on this machine.
 */
export const checkReadiness = async (config: Config, desk: LoginDesk): Promise<void> => {
  const names = [...agentsInUse(config).keys()];
  const found = await Promise.all(
    names.flatMap((name) => [loginOf(name, config, desk), sandboxOf(name, config, desk)]),
  );
  const refused = found.filter((problem) => problem !== undefined);
  if (refused.length === 0) return;
  throw new UserError(refused.map(({ message }) => message).join("\n"), [
    ...new Set(refused.map(({ remedy }) => remedy)),
    "See what each agent says about itself: storyboard doctor",
  ]);
};

const loginOf = async (name: string, config: Config, desk: LoginDesk) => {
  const profile = config.agents[name];
  const login = profile === undefined ? undefined : await desk.login(profile);
  if (login?.state.kind !== "logged-out") return undefined;
  return {
    message: plainLine(`The agent ${name} cannot work: ${profile?.cli} is not logged in (${login.state.detail}).`),
    remedy: `${login.remedy}.`,
  };
};

const sandboxOf = async (name: string, config: Config, desk: LoginDesk) => {
  const profile = config.agents[name];
  const problem = profile === undefined ? undefined : await desk.sandboxProblem(profile);
  if (problem === undefined) return undefined;
  return {
    message: plainLine(
      `The agent ${name} cannot work: the sandbox of ${profile?.cli} does not start (${problem.text}).`,
    ),
    remedy: `${problem.remedy}.`,
  };
};
