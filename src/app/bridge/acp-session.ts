import { failureOfError } from "../../core/agents/acp/acp-failure.ts";
import type { AcpBridgeRequest } from "../../core/agents/acp/bridge-request.ts";
import type { AgentEvent } from "../../core/agents/agent.ts";
import { MCP_SERVER_NAME } from "../../core/agents/mcp-server.ts";
import { type Fields, fieldsOf, objectsOf, wordOf } from "../../core/agents/reading/fields.ts";
import type { AcpAnswer, AcpConnection } from "./acp-connection.ts";

/** The version of the protocol that we speak. */
const PROTOCOL_VERSION = 1;
/** Longest that an agent may take to say what it is. */
const INITIALIZE_LIMIT_MS = 60_000;
/** Longest that a session may take to begin; a long one is read back whole by some. */
const SESSION_LIMIT_MS = 120_000;
/** Longest that a setting of a session may take. */
const SETTING_LIMIT_MS = 20_000;
/** Models that a message names. */
const NAMED_MODELS_MAX = 20;

type Failed = Extract<AgentEvent, { t: "failed" }>;

/** A session that a prompt can be sent to. */
export interface AcpSession {
  readonly kind: "session";
  readonly id: string;
  readonly isNew: boolean;
  /** What the agent calls itself. */
  readonly agentName: string;
  /** What a person should know. */
  readonly notices: readonly string[];
}

/** What a session is begun with. */
export interface SessionWish {
  readonly request: AcpBridgeRequest;
  readonly folder: string;
  readonly version: string;
}

/** Greets an agent and begins, or continues, its session; with the model and the mode that are wanted. */
export const beginSession = async (connection: AcpConnection, wish: SessionWish): Promise<AcpSession | Failed> => {
  const greeting = await connection.request("initialize", initializeParams(wish), INITIALIZE_LIMIT_MS);
  if (greeting.kind !== "answer") return failureOf(greeting, "config", "to the first message");
  const { protocolVersion, agentInfo, agentCapabilities } = greeting.fields;
  if (protocolVersion !== PROTOCOL_VERSION) {
    const message = `the agent speaks version ${wordOf(String(protocolVersion))} of the Agent Client Protocol, storyboard version ${PROTOCOL_VERSION}`;
    return { t: "failed", cause: "config", message };
  }
  const begun = await openSession(connection, wish, fieldsOf(agentCapabilities) ?? {});
  if ("t" in begun) return withLogins(begun, greeting.fields);
  const settings = await applySettings(connection, wish.request, begun);
  if (!Array.isArray(settings)) return settings as Failed;
  const agentName = wordOf(fieldsOf(agentInfo)?.name);
  return { kind: "session", id: begun.id, isNew: wish.request.session === undefined, agentName, notices: settings };
};

/**
 * We offer no files: they are on the same disk for the agent and for us, and Gemini CLI 0.61.0 cannot make a new file
 * by way of a client that does. Some agents ask for files all the same, and are answered.
 */
const initializeParams = ({ version }: SessionWish): object => ({
  protocolVersion: PROTOCOL_VERSION,
  clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
  clientInfo: { name: "storyboard", title: "storyboard", version },
});

interface Begun {
  readonly id: string;
  /** The agent's answer: modes and models that it offers. */
  readonly offers: Fields;
}

const openSession = async (
  connection: AcpConnection,
  { request, folder }: SessionWish,
  capabilities: Fields,
): Promise<Begun | Failed> => {
  const place = { cwd: folder, mcpServers: serversOf(request) };
  const { session } = request;
  if (session === undefined) {
    const answer = await connection.request("session/new", place, SESSION_LIMIT_MS);
    if (answer.kind !== "answer") return failureOf(answer, "other", "when a session was to begin");
    const id = answer.fields.sessionId;
    if (typeof id === "string" && id !== "") return { id, offers: answer.fields };
    return { t: "failed", cause: "other", message: "the agent began a session without an id" };
  }
  const method = continuingMethod(capabilities);
  if (method === undefined) return sessionLost("it cannot continue sessions");
  const answer = await connection.request(method, { sessionId: session, ...place }, SESSION_LIMIT_MS);
  if (answer.kind === "answer") return { id: session, offers: answer.fields };
  const failure = failureOf(answer, "other", "when a session was to go on");
  // What the system or the provider keeps it from is no reason to begin anew.
  return answer.kind === "error" && failure.cause === "other" ? sessionLost(failure.message) : failure;
};

const serversOf = ({ mcpServer }: AcpBridgeRequest): readonly object[] => {
  if (mcpServer === undefined) return [];
  const { command, args, env } = mcpServer;
  const variables = Object.entries(env).map(([name, value]) => ({ name, value }));
  return [{ name: MCP_SERVER_NAME, command, args, env: variables }];
};

/** One that does not repeat the whole session is preferred. */
const continuingMethod = (capabilities: Fields): string | undefined => {
  if (fieldsOf(fieldsOf(capabilities.sessionCapabilities)?.resume) !== undefined) return "session/resume";
  return capabilities.loadSession === true ? "session/load" : undefined;
};

const sessionLost = (why: string): Failed => ({
  t: "failed",
  cause: "session-lost",
  message: `the agent does not continue the session: ${why}`,
});

const applySettings = async (
  connection: AcpConnection,
  { model, permission }: AcpBridgeRequest,
  { id, offers }: Begun,
): Promise<readonly string[] | Failed> => {
  if (model !== undefined) {
    const problem = await setModel(connection, id, offers, model);
    if (problem !== undefined) return problem;
  }
  const mode = objectsOf(fieldsOf(offers.modes)?.availableModes)
    .map((each) => wordOf(each.id))
    .find((each) => each === MODES[permission]);
  if (mode === undefined) return [];
  const answer = await connection.request("session/set_mode", { sessionId: id, modeId: mode }, SETTING_LIMIT_MS);
  return answer.kind === "answer" ? [] : [`the agent did not go into its mode ${mode}`];
};

/** Modes of agents that ask for no permission because a sandbox of theirs decides (codex-acp). */
const MODES: Readonly<Partial<Record<AcpBridgeRequest["permission"], string>>> = {
  read: "read-only",
  full: "agent-full-access",
};

const setModel = async (
  connection: AcpConnection,
  sessionId: string,
  offers: Fields,
  model: string,
): Promise<Failed | undefined> => {
  const option = objectsOf(offers.configOptions).find(({ category, id }) => category === "model" || id === "model");
  const older = objectsOf(fieldsOf(offers.models)?.availableModels).map(({ modelId }) => modelId);
  const values = option === undefined ? older : valuesOf(option);
  if (!values.includes(model)) {
    const known = values.slice(0, NAMED_MODELS_MAX).map(wordOf).join(", ") || "none by name";
    return { t: "failed", cause: "config", message: `the agent offers no model ${wordOf(model)}; it offers ${known}` };
  }
  const answer =
    option === undefined
      ? await connection.request("session/set_model", { sessionId, modelId: model }, SETTING_LIMIT_MS)
      : await connection.request(
          "session/set_config_option",
          { sessionId, configId: option.id, value: model },
          SETTING_LIMIT_MS,
        );
  return answer.kind === "answer" ? undefined : failureOf(answer, "config", `when it was given the model ${model}`);
};

/** The values of a setting, which may stand in groups. */
const valuesOf = (option: Fields): readonly unknown[] =>
  objectsOf(option.options).flatMap((each) =>
    Array.isArray(each.options) ? objectsOf(each.options).map(({ value }) => value) : [each.value],
  );

const failureOf = (
  answer: Exclude<AcpAnswer, { kind: "answer" }>,
  lateCause: Failed["cause"],
  when: string,
): Failed => {
  if (answer.kind === "error") return failureOfError(answer.error);
  if (answer.kind === "late") return { t: "failed", cause: lateCause, message: `the agent did not answer ${when}` };
  return { t: "failed", cause: "exit", message: `the agent ended ${when}` };
};

/** Whoever has to log in is told how the agent would have it. */
const withLogins = (failure: Failed, { authMethods }: Fields): Failed => {
  const names = objectsOf(authMethods).map(({ name }) => wordOf(name));
  if (failure.cause !== "auth" || names.length === 0) return failure;
  return { ...failure, message: `${failure.message} (it knows: ${names.join(", ")})` };
};
