import type { AgentDescription, LoginState } from "../../core/agents/agent.ts";
import { AGENTS } from "../../core/agents/agents.ts";
import { type AgentProfile, agentProfileSchema, type Config } from "../../core/model/config.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import { type AgentUse, agentsInUse, missingProgram } from "../lead/check-agents.ts";
import { isOlder, versionOf } from "./agent-version.ts";
import { type Finding, problemOf } from "./finding.ts";
import type { KnownLogin, LoginDesk, SandboxProblem } from "./login-desk.ts";

/** A profile of the configuration, or a program that none of them uses, as it was found. */
export interface FoundAgent {
  /** The profile's name; undefined for a program that no profile uses. */
  readonly name: string | undefined;
  readonly profile: AgentProfile;
  readonly uses: readonly AgentUse[];
  /** The program's name, or the words that start it. */
  readonly program: string | undefined;
  /** Where the program is; undefined where it is not installed, and for one that is part of us. */
  readonly path: string | undefined;
  readonly version: string | undefined;
  readonly login: KnownLogin | undefined;
  readonly sandbox: SandboxProblem | undefined;
}

/** What is asked, and of whom. */
export interface AgentQuestion {
  readonly project: string;
  /** With the agents that were chosen where none is configured; without any where it cannot be read. */
  readonly config: Config | undefined;
  readonly desk: LoginDesk;
  /** Longest that one program may take for its version, in milliseconds. */
  readonly limitMs: number;
}

/** Asks the programs of all profiles, and all other known ones, for their version and their login, at the same time. */
export const findAgents = ({ project, config, desk, limitMs }: AgentQuestion): Promise<FoundAgent[]> => {
  const profiles = Object.entries(config?.agents ?? {});
  const uses = config === undefined ? new Map<string, ReadonlySet<AgentUse>>() : agentsInUse(config);
  const others = AGENTS.filter(
    ({ cli, program }) => program !== undefined && !profiles.some(([, profile]) => profile.cli === cli),
  ).map(({ cli }) => [undefined, agentProfileSchema.parse({ cli })] as const);
  return Promise.all(
    [...profiles, ...others].map(async ([name, profile]) => {
      const found = desk.find(profile);
      const asked = desk.programOf(profile);
      const [version, login, sandbox] = await Promise.all([
        asked && versionOf(asked, project, limitMs),
        desk.login(profile),
        desk.sandboxProblem(profile),
      ]);
      const program = profile.command?.join(" ") ?? AGENTS.find(({ cli }) => cli === profile.cli)?.program;
      const path = found?.kind === "found" ? found.path : undefined;
      return { name, profile, uses: [...(uses.get(name ?? "") ?? [])], program, path, version, login, sandbox };
    }),
  );
};

/** What there is to say about an agent: its program, its version, its login. */
export const agentFindings = (agent: FoundAgent, { config, desk }: AgentQuestion): readonly Finding[] => {
  const { name, profile, login } = agent;
  const missing = name === undefined || config === undefined ? undefined : missingProgram(name, config, desk);
  if (missing !== undefined) return [{ ...problemOf(placeOf(agent), missing), state: stateFor(agent) }];
  const description = AGENTS.find(({ cli }) => cli === profile.cli);
  if (description?.program !== undefined && agent.path === undefined) return [notInstalled(agent, description)];
  return [
    programFinding(agent, description),
    ...(login === undefined ? [] : [loginFinding(agent, login)]),
    ...(agent.sandbox === undefined ? [] : [sandboxFinding(agent, agent.sandbox)]),
  ];
};

const placeOf = ({ name, profile }: FoundAgent) => ({ area: "agents", subject: name ?? profile.cli }) as const;

/** What keeps an agent from working keeps a run from starting, where the run would use it. */
const stateFor = ({ uses }: FoundAgent): "problem" | "note" => (uses.length > 0 ? "problem" : "note");

const notInstalled = (agent: FoundAgent, { program, install }: AgentDescription): Finding => ({
  ...placeOf(agent),
  state: stateFor(agent),
  text: `${program} is not installed`,
  ...(install === undefined ? {} : { remedy: `${install}.` }),
});

const programFinding = (agent: FoundAgent, description: AgentDescription | undefined): Finding => {
  const { profile, program = profile.cli, version, path } = agent;
  const place = path === undefined ? "" : ` (${path})`;
  const uses = agent.uses.length === 0 ? "" : `${agent.uses.join(", ")}: `;
  const text = plainLine(`${uses}${program}${version === undefined ? "" : ` ${version}`}${place}`);
  const found = { ...placeOf(agent), text };
  const probe = description?.probe;
  if (probe === undefined) return { ...found, state: "ok" };
  if (version === undefined) {
    const remedy = `See what it says: ${[program, ...probe.version].join(" ")}`;
    return { ...found, state: "note", text: `${text}: it did not say its version`, remedy };
  }
  if (!isOlder(version, probe.tested)) return { ...found, state: "ok" };
  const older = `${text}: older than ${probe.tested}, with which storyboard is tested`;
  return { ...found, state: "note", text: older, ...(description?.install && { remedy: `${description.install}.` }) };
};

const loginFinding = (agent: FoundAgent, { state, remedy }: KnownLogin): Finding => {
  const detail = plainLine(state.detail);
  const text = `${LOGIN_WORDS[state.kind]}${detail === "" ? "" : ` (${detail})`}`;
  const place = placeOf(agent);
  if (state.kind === "logged-in") return { ...place, state: "ok", text };
  if (state.kind === "logged-out") return { ...place, state: stateFor(agent), text, remedy: `${remedy}.` };
  return {
    ...place,
    state: "note",
    text,
    remedy: `If it is not: ${remedy.charAt(0).toLowerCase()}${remedy.slice(1)}.`,
  };
};

const sandboxFinding = (agent: FoundAgent, { text, remedy }: SandboxProblem): Finding => ({
  ...placeOf(agent),
  state: stateFor(agent),
  text: plainLine(`its sandbox does not start: ${text}`),
  remedy: `${remedy}.`,
});

const LOGIN_WORDS: Readonly<Record<LoginState["kind"], string>> = {
  "logged-in": "logged in",
  "logged-out": "not logged in",
  unknown: "logged in or not is not known",
};
