import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentProbe, LoginState } from "../../core/agents/agent.ts";
import { AGENTS } from "../../core/agents/agents.ts";
import { agentEnvironment } from "../../core/agents/environment/environment.ts";
import { type FoundProgram, findProgram } from "../../core/jobs/find-program.ts";
import type { AgentProfile } from "../../core/model/config.ts";
import { UserError } from "../../core/model/user-error.ts";
import { askProgram } from "./ask-program.ts";
import { dryCall, turnFolder } from "./dry-call.ts";
import { rememberedLogins } from "./remembered-logins.ts";

/** Where questions to agent programs are asked from. */
export interface DeskPlace {
  /** The project's folder, whose own settings may hold a login. */
  readonly project: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The folder of our own package. */
  readonly ownRoot: string;
  /** Longest that one program may take, in milliseconds. */
  readonly limitMs: number;
  /** Whether an answer of the last hour will do, and is kept for the next start. */
  readonly remembers: boolean;
}

/** An agent program that can be asked. */
export interface AskedProgram {
  /** Absolute. */
  readonly path: string;
  readonly probe: AgentProbe;
  /** The whole environment that a turn of it would get. */
  readonly env: Readonly<Record<string, string>>;
}

/** What a program says about its login, and what a person does to log in. */
export interface KnownLogin {
  readonly state: LoginState;
  /** A sentence without its full stop. */
  readonly remedy: string;
}

/** Knows the programs of profiles, and answers whether they are logged in; each is asked once. */
export interface LoginDesk {
  /** How the program of a profile is asked; undefined where it is not installed or nobody knows how to ask it. */
  programOf(profile: AgentProfile): AskedProgram | undefined;
  /** Where the program of a profile is, as its turns would find it; undefined for one that is part of us. */
  find(profile: AgentProfile): FoundProgram | undefined;
  /** Never rejects; undefined where the program is not installed or nobody knows how to ask it. */
  login(profile: AgentProfile): Promise<KnownLogin | undefined>;
  /** What keeps its sandbox from working on this machine; undefined where nothing does, or nobody knows. Never rejects. */
  sandboxProblem(profile: AgentProfile): Promise<SandboxProblem | undefined>;
}

/** A sandbox that does not work. */
export interface SandboxProblem {
  readonly text: string;
  /** A sentence without its full stop. */
  readonly remedy: string;
}

/** Opens a desk for one start, or one look. */
export const createLoginDesk = (place: DeskPlace): LoginDesk => {
  const answers = new Map<string, Promise<KnownLogin | undefined>>();
  const remembered = place.remembers ? rememberedLogins(place.project) : undefined;
  const stateOf = async (program: AskedProgram): Promise<LoginState> => {
    const key = keyIn(program);
    if (key !== undefined) return { kind: "logged-in", detail: `by ${key}` };
    const known = remembered?.find(program);
    if (known !== undefined) return known;
    const asked = await askLogin(program, place);
    const state = asked.kind === "logged-out" && hasProjectLogin(program, place) ? PROJECT_LOGIN : asked;
    if (state.kind === "logged-in") await remembered?.keep(program, state);
    return state;
  };
  const ask = async (profile: AgentProfile): Promise<KnownLogin | undefined> => {
    const program = programOf(profile, place);
    return program && { state: await stateOf(program), remedy: program.probe.remedy };
  };
  return {
    programOf: (profile) => programOf(profile, place),
    find: (profile) => findFor(profile, place),
    sandboxProblem: async (profile) => {
      const program = programOf(profile, place);
      return program && profile.permissions !== "full" ? askSandbox(program, place) : undefined;
    },
    login: (profile) => {
      const name = JSON.stringify([profile.cli, profile.command, profile.env]);
      const answer = answers.get(name) ?? ask(profile);
      answers.set(name, answer);
      return answer;
    },
  };
};

const programOf = (profile: AgentProfile, place: DeskPlace): AskedProgram | undefined => {
  const probe = AGENTS.find(({ cli }) => cli === profile.cli)?.probe;
  const found = findFor(profile, place);
  if (probe === undefined || found?.kind !== "found") return undefined;
  const env = turnEnvironment(profile, place.environment, place.ownRoot);
  return { path: found.path, probe, env: { ...env, ...callEnvironment(profile, place.project, env) } };
};

const findFor = (profile: AgentProfile, { project, environment, ownRoot }: DeskPlace): FoundProgram | undefined => {
  const program = profile.command?.[0] ?? AGENTS.find(({ cli }) => cli === profile.cli)?.program;
  return program === undefined
    ? undefined
    : findProgram(program, project, turnEnvironment(profile, environment, ownRoot).PATH);
};

/** The environment that a turn of the profile would get, as far as it is the same for all of them. */
export const turnEnvironment = (
  profile: AgentProfile,
  base: NodeJS.ProcessEnv,
  ownRoot: string,
): Record<string, string> => {
  const variables = AGENTS.find(({ cli }) => cli === profile.cli)?.variables;
  return agentEnvironment({ base, profile, variables, ownRoot, contract: { run: "doctor" } });
};

/** What the adapter adds, so that nothing updates itself or reports; but no file that a turn alone would have. */
const callEnvironment = (profile: AgentProfile, project: string, environment: Readonly<Record<string, string>>) => {
  try {
    const env = dryCall(profile, "read", { project, gateCommands: [], environment })?.env ?? {};
    return Object.fromEntries(Object.entries(env).filter(([, value]) => !value.includes(turnFolder(project))));
  } catch (error) {
    // A profile that cannot be used is somebody else's finding.
    if (error instanceof UserError) return {};
    throw error;
  }
};

/** What switches something off is no key. */
const NO_KEY = /^(?:|0|false|no|off)$/i;

const keyIn = ({ probe, env }: AskedProgram): string | undefined =>
  probe.keys.find((name) => !NO_KEY.test(env[name]?.trim() ?? ""));

const PROJECT_LOGIN: LoginState = { kind: "unknown", detail: "the project's own settings hold a login" };

const hasProjectLogin = ({ probe: { projectLogin } }: AskedProgram, { project }: DeskPlace): boolean =>
  projectLogin?.files.some((file) => {
    try {
      return projectLogin.pattern.test(readFileSync(join(project, file), "utf8"));
    } catch {
      return false;
    }
  }) === true;

const askSandbox = async (
  { path, probe, env }: AskedProgram,
  { project: cwd, limitMs }: DeskPlace,
): Promise<SandboxProblem | undefined> => {
  const { sandbox } = probe;
  if (sandbox === undefined) return undefined;
  const text = sandbox.read(await askProgram({ program: path, args: sandbox.args, cwd, env, limitMs }));
  return text === undefined ? undefined : { text, remedy: sandbox.remedy };
};

const askLogin = async ({ path, probe, env }: AskedProgram, place: DeskPlace): Promise<LoginState> => {
  const { project: cwd, limitMs } = place;
  let state: LoginState = { kind: "unknown", detail: "it cannot say so without a request to its model" };
  for (const { args, read } of probe.logins) {
    const answer = await askProgram({ program: path, args, cwd, env, limitMs });
    state = read(answer);
    // One that did not answer at all would not answer the next question either.
    if (state.kind !== "unknown" || answer.status === null) break;
  }
  return state;
};
