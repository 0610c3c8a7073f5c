import type { AgentProfile } from "../../model/config.ts";
import { UserError } from "../../model/user-error.ts";
import type { AgentDescription, AttachRequest, TurnRequest } from "../agent.ts";
import { wantedModel } from "../wanted-model.ts";
import { createOpencodeParser } from "./opencode-parser.ts";
import { OPENCODE_PROBE } from "./opencode-probe.ts";
import { OPENCODE_AGENT, opencodeSettings } from "./opencode-settings.ts";
import { OPENCODE_VARIABLES } from "./opencode-variables.ts";

/** Longest that opencode may stay, silent, after its last step; so long because it tidies up between steps, too. */
const EXIT_LIMIT_MS = 60_000;

/**
 * opencode (`opencode run`): the prompt on stdin, its JSON lines on stdout, its settings in a variable. A session lives
 * in its own folder: continued from another one, it would work in the old one.
 */
export const opencodeAgent: AgentDescription = {
  cli: "opencode",
  program: "opencode",
  install: "Install opencode (npm install -g opencode-ai)",
  canContinue: true,
  sessionsStayInFolder: true,
  reportsUsage: true,
  exitLimitMs: EXIT_LIMIT_MS,
  stopSignal: "SIGTERM",
  probe: OPENCODE_PROBE,
  variables: OPENCODE_VARIABLES,
  provider: ({ model }: AgentProfile) => /^([^/]+)\/./.exec(model ?? "")?.[1] ?? "opencode",
  call: (request) => ({
    command: ["opencode", ...argumentsOf(request)],
    input: request.prompt,
    env: { ...QUIET, ...opencodeSettings(request) },
    ...(request.mcpServer === undefined ? {} : { server: { offered: true } }),
  }),
  createParser: createOpencodeParser,
  attach: (request) => ({
    command: ["opencode", ...modelArguments(request), "--session", request.session],
    env: {},
  }),
};

/** No updates and downloads while many of them run at once. */
const QUIET = {
  OPENCODE_DISABLE_AUTOUPDATE: "1",
  OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
  OPENCODE_DISABLE_SHARE: "1",
};

const argumentsOf = (request: TurnRequest): string[] => [
  ...["run", "--format", "json"],
  // Of some errors only the log knows the reason, and of its waiting for a provider only the log tells.
  ...["--print-logs", "--log-level", "ERROR"],
  ...(request.permission === "full" ? ["--auto"] : ["--agent", OPENCODE_AGENT]),
  ...modelArguments(request),
  // Without a title it asks a model for one.
  ...(request.session === undefined ? ["--title", ""] : ["--session", request.session]),
];

const modelArguments = (request: TurnRequest | AttachRequest): string[] => {
  const model = wantedModel(request);
  if (model === undefined) return [];
  if (/^[^/]+\/./.test(model)) return ["--model", model];
  throw new UserError(`the model ${JSON.stringify(model)} of an agent with "cli: opencode" names no provider`, [
    `Write it as provider/model; "opencode models" lists them.`,
  ]);
};
