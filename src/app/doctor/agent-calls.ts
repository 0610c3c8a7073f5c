import type { AgentCall } from "../../core/agents/agent.ts";
import { createSecretMask } from "../../core/agents/mask-secrets.ts";
import type { AgentProfile } from "../../core/model/config.ts";
import type { Permission } from "../../core/model/pipeline.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import { UserError } from "../../core/model/user-error.ts";
import type { OwnPackage } from "../own-package.ts";
import { type CallPlace, dryCall } from "./dry-call.ts";
import { type Finding, problemOf } from "./finding.ts";
import { turnEnvironment } from "./login-desk.ts";
import type { Patient } from "./patient.ts";

/**
 * How a profile is called, as a person would type it: words that are quoted for the shell, free of secrets. Words in
 * capitals stand for what only a run knows. Undefined where it is not called for that.
 */
export interface AgentCalls {
  readonly build: readonly string[] | undefined;
  readonly verify: readonly string[] | undefined;
}

/** The calls of a found agent, and what keeps it from being called or from being offered our server; none for one that is not installed. */
export const callsOf = (
  agent: { readonly name: string | undefined; readonly profile: AgentProfile; readonly path: string | undefined },
  place: Omit<CallPlace, "environment">,
  starter: Pick<Patient, "environment" | "own">,
): { readonly calls: AgentCalls; readonly problems: readonly Finding[] } => {
  const { name, profile, path } = agent;
  const { own } = starter;
  const environment = turnEnvironment(profile, starter.environment, own.root);
  const withheld = new Set<string>();
  const words = (permission: Permission): readonly string[] | undefined => {
    const call = path === undefined ? undefined : dryCall(profile, permission, { ...place, environment });
    if (call?.server?.offered === false) withheld.add(call.server.reason);
    const mask = createSecretMask({ ...starter.environment, ...environment, ...call?.env });
    return call && wordsOf(withOwnProgram(call, own), mask);
  };
  try {
    const { permissions } = profile;
    const calls = { build: permissions === "read" ? undefined : words(permissions), verify: words("read") };
    // Of a program that no profile uses it is no news.
    return { calls, problems: name === undefined ? [] : [...withheld].map((reason) => noServer(name, reason)) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const problem = problemOf({ area: "agents", subject: name ?? profile.cli }, error);
    return { calls: { build: undefined, verify: undefined }, problems: [problem] };
  }
};

/** No loss of work: what it would say by its server, it says by its last words. */
const noServer = (subject: string, reason: string): Finding => ({
  area: "agents",
  subject,
  state: "note",
  text: plainLine(`it gets no MCP server of storyboard's, since ${reason}: it can ask at the end of a turn alone`),
});

/** Some programs are started through ours, which every job finds in STORYBOARD_BIN. */
const withOwnProgram = ({ command, env }: AgentCall, { bin }: OwnPackage): Pick<AgentCall, "command" | "env"> => ({
  command,
  env: command.some((word) => word.includes("STORYBOARD_BIN")) ? { STORYBOARD_BIN: bin, ...env } : env,
});

const wordsOf = (
  { command, env }: Pick<AgentCall, "command" | "env">,
  mask: (text: string) => string,
): readonly string[] =>
  [...Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`), ...command.map(quoted), "< PROMPT"].map(
    (word) => mask(plainLine(word)),
  );

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
