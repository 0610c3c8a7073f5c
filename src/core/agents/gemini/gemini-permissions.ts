import { join } from "node:path";
import type { Permission } from "../../model/pipeline.ts";
import { UserError } from "../../model/user-error.ts";
import type { TurnRequest } from "../agent.ts";
import { editPolicy, fullPolicy, readPolicy, serverPolicy } from "./gemini-policy.ts";

/** The name of the file with the rules for one turn. */
const POLICY_FILE = "gemini-policy.toml";

/** The arguments of Gemini CLI for a level of permission, and the files that they speak of. */
export interface GeminiPermissions {
  readonly args: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

/**
 * What a turn may do. Without a terminal Gemini CLI refuses all that it would ask for, so what is allowed is named by
 * rules of its policy engine; without a folder for them the turn can do less, never more.
 */
export const geminiPermissions = (
  request: Pick<TurnRequest, "permission" | "gateCommands" | "turnDirectory" | "environment" | "mcpServer">,
): GeminiPermissions => {
  const { permission, gateCommands = [], turnDirectory, environment = {} } = request;
  const mode = ["--approval-mode", MODES[permission]];
  if (turnDirectory === undefined) return { args: mode, files: {} };
  const policy = join(turnDirectory, POLICY_FILE);
  if (policy.includes(",")) {
    throw new UserError(`Gemini CLI cannot read its rules from ${turnDirectory}: there is a comma in the path`, [
      "Move the project to a folder without a comma in its path, or use another agent.",
    ]);
  }
  // Naming a file of rules makes Gemini CLI forget the user's own, so these are named as well.
  const policies = [policy, ...userPolicies(environment)].flatMap((path) => ["--policy", path]);
  return {
    args: [...mode, ...policies],
    files: { [POLICY_FILE]: policyOf(permission, gateCommands) + serverPolicy(request.mcpServer?.tools ?? []) },
  };
};

const policyOf = (permission: Permission, gateCommands: readonly string[]): string => {
  switch (permission) {
    case "read":
      return readPolicy();
    case "edit":
      return editPolicy(gateCommands);
    case "full":
      return fullPolicy();
  }
};

/** `plan` is no mode to look in: leaving it, which needs no person here, allows everything. */
const MODES: Readonly<Record<Permission, string>> = { read: "default", edit: "auto_edit", full: "yolo" };

/** A folder that is not there is no error. */
const userPolicies = ({ GEMINI_CLI_HOME, HOME }: Readonly<Record<string, string>>): string[] => {
  const home = GEMINI_CLI_HOME || HOME;
  return home === undefined || home === "" || home.includes(",") ? [] : [join(home, ".gemini", "policies")];
};
