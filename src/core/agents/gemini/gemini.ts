import type { AgentDescription, AgentProbe, TurnRequest } from "../agent.ts";
import { wantedModel } from "../wanted-model.ts";
import { createGeminiParser } from "./gemini-parser.ts";
import { geminiPermissions } from "./gemini-permissions.ts";
import { geminiInput } from "./gemini-prompt.ts";
import { geminiServer } from "./gemini-server.ts";

/** Longest that Gemini CLI may stay, silent, after its result. */
const EXIT_LIMIT_MS = 10_000;

/** It has no question that tells, without cost, whether somebody is logged in. */
const GEMINI_PROBE: AgentProbe = {
  tested: "0.61.0",
  version: ["--version"],
  logins: [],
  keys: ["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_GCA"],
  remedy: "Start gemini once and log in, or set GEMINI_API_KEY",
};

/**
 * Gemini CLI without a terminal: the prompt on stdin, its stream of JSON lines on stdout, and what it may do in a file of
 * its policy engine. We choose the id of a new session, so that one whose turn died early can be continued.
 */
export const geminiAgent: AgentDescription = {
  cli: "gemini",
  program: "gemini",
  install: "Install Gemini CLI (npm install -g @google/gemini-cli)",
  canContinue: true,
  // It keeps its sessions by folder and finds none from another one.
  sessionsStayInFolder: true,
  reportsUsage: true,
  takesSessionId: true,
  exitLimitMs: EXIT_LIMIT_MS,
  // Any signal ends it within moments and without a result; its tools are swept up after it.
  stopSignal: "SIGTERM",
  probe: GEMINI_PROBE,
  // Its login and its provider; GEMINI_CLI and GEMINI_CLI_IDE_* belong to a Gemini CLI that we may run inside of.
  variables:
    /^(?:GEMINI_(?:API_KEY|API_KEY_AUTH_MECHANISM|MODEL|CLI_(?:HOME|SYSTEM_SETTINGS_PATH|SYSTEM_DEFAULTS_PATH|TRUSTED_FOLDERS_PATH|USE_COMPUTE_ADC|CUSTOM_HEADERS|SURFACE)|FORCE_(?:ENCRYPTED_)?FILE_STORAGE)|GOOGLE_(?:API_KEY|APPLICATION_CREDENTIALS|CLOUD_\w+|GENAI_\w+|GEMINI_BASE_URL|VERTEX_BASE_URL)|GCLOUD_PROJECT|CLOUDSDK_CONFIG|CODE_ASSIST_(?:ENDPOINT|API_VERSION)|CLOUD_SHELL)$/,
  provider: () => "gemini",
  call: (request) => {
    const { env, files: serverFiles, server } = geminiServer(request);
    const { mcpServer, ...without } = request;
    const { args, files } = geminiPermissions(server?.offered ? request : without);
    return {
      command: ["gemini", "--output-format", "stream-json", ...args, ...modelAndSession(request)],
      input: geminiInput(request.prompt),
      env: { ...ALONE, ...env },
      files: { ...files, ...serverFiles },
      ...(server === undefined ? {} : { server }),
    };
  },
  createParser: createGeminiParser,
  attach: ({ profile, session, model }) => ({
    command: ["gemini", ...modelAndSession({ profile, session, ...(model === undefined ? {} : { model }) })],
    env: TRUSTED,
  }),
};

/** Every new worktree is a folder that it does not know, and it refuses to work in one. */
const TRUSTED = { GEMINI_CLI_TRUST_WORKSPACE: "true" };

/** It starts itself a second time for more memory, and the first process then swallows the signals that should stop it. */
const ALONE = { ...TRUSTED, GEMINI_CLI_NO_RELAUNCH: "true" };

const modelAndSession = (request: Pick<TurnRequest, "profile" | "model" | "session" | "newSession">): string[] => {
  const model = wantedModel(request);
  return [...(model === undefined ? [] : ["--model", model]), ...sessionArguments(request.session, request.newSession)];
};

const sessionArguments = (session: string | undefined, newSession: string | undefined): string[] => {
  if (session !== undefined) return ["--resume", session];
  return newSession === undefined ? [] : ["--session-id", newSession];
};
