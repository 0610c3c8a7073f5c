import type { Permission } from "../../model/pipeline.ts";
import type { McpServerOffer } from "../mcp-server.ts";
import { type Fields, fieldsOf } from "../reading/fields.ts";

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
  /** A server of tools that the agent is offered. */
  readonly mcpServer?: McpServerOffer;
}

/** The request as one argument of a command line. */
export const writeBridgeRequest = (request: AcpBridgeRequest): string => JSON.stringify(request);

/** Reads what `writeBridgeRequest` wrote; undefined where the text is something else. */
export const readBridgeRequest = (text: string): AcpBridgeRequest | undefined => {
  const fields = fieldsOf(parse(text));
  if (fields === undefined) return undefined;
  const { command, permission, gates, model, session } = fields;
  if (!isTexts(command) || !isTexts(gates) || !isPermission(permission) || command.length === 0) return undefined;
  const server = readServer(fieldsOf(fields.mcpServer));
  return {
    command,
    permission,
    gates,
    ...(typeof model === "string" ? { model } : {}),
    ...(typeof session === "string" ? { session } : {}),
    ...(server === undefined ? {} : { mcpServer: server }),
  };
};

const readServer = (fields: Fields | undefined): McpServerOffer | undefined => {
  const { command, args, env, tools } = fields ?? {};
  if (typeof command !== "string" || !isTexts(args) || !isTexts(tools)) return undefined;
  const texts = Object.entries(fieldsOf(env) ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return { command, args, tools, env: Object.fromEntries(texts) };
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
