import type { Permission } from "../../model/pipeline.ts";
import { fieldsOf } from "../reading/fields.ts";

/** What the bridge to an agent that speaks ACP is told, as one argument. */
export interface AcpBridgeRequest {
  /** The agent program and its arguments. */
  readonly command: readonly string[];
  readonly permission: Permission;
  /** Shell lines of the project's gates, which `edit` may run. */
  readonly gates: readonly string[];
  /** The model wanted, by the agent's own name for it. */
  readonly model?: string;
  /** The session to continue. */
  readonly session?: string;
}

/** The request as one argument of a command line. */
export const writeBridgeRequest = (request: AcpBridgeRequest): string => JSON.stringify(request);

/** Reads what `writeBridgeRequest` wrote; undefined where the text is something else. */
export const readBridgeRequest = (text: string): AcpBridgeRequest | undefined => {
  const fields = fieldsOf(parse(text));
  if (fields === undefined) return undefined;
  const { command, permission, gates, model, session } = fields;
  if (!isTexts(command) || !isTexts(gates) || !isPermission(permission) || command.length === 0) return undefined;
  return {
    command,
    permission,
    gates,
    ...(typeof model === "string" ? { model } : {}),
    ...(typeof session === "string" ? { session } : {}),
  };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

const isPermission = (value: unknown): value is Permission => value === "read" || value === "edit" || value === "full";
