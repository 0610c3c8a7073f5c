import { createSecretMask } from "../../core/agents/mask-secrets.ts";
import { coordinatesGates } from "../../core/engine/performers/coordinator.ts";
import type { Config } from "../../core/model/config.ts";
import { plainLine, plainText } from "../../core/model/plain-text.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { checkRoles } from "../lead/check-agents.ts";
import { chooseAgents } from "../lead/choose-agents.ts";
import { backlogPaths } from "../lead/create-run.ts";
import { workersOf } from "../lead/policy.ts";
import { type AgentCalls, callsOf } from "./agent-calls.ts";
import { type AgentQuestion, agentFindings, type FoundAgent, findAgents } from "./check-agents.ts";
import { checkBacklog } from "./check-backlog.ts";
import { checkConfiguration } from "./check-configuration.ts";
import { checkGit } from "./check-git.ts";
import { checkMachine } from "./check-machine.ts";
import { checkRun } from "./check-run.ts";
import { checkGates, checkSetup, checkWorktrees } from "./check-workspace.ts";
import { AREAS, examine, type Finding } from "./finding.ts";
import { createLoginDesk } from "./login-desk.ts";
import type { Patient } from "./patient.ts";

/** Longest that one agent program may take for one question, in milliseconds. */
const ASK_LIMIT_MS = 10_000;

/** Everything that was found, free of secrets. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
  readonly agents: readonly (FoundAgent & { readonly calls: AgentCalls })[];
}

/** Looks at all that a run needs. Asks no model, makes no file, and starts nothing that lasts. */
export const diagnose = async (patient: Patient): Promise<Diagnosis> => {
  const { project, environment, own } = patient;
  const desk = createLoginDesk({ project, environment, ownRoot: own.root, limitMs: ASK_LIMIT_MS, remembers: false });
  const [{ loaded, findings: configuration }, { repository, findings: git }] = await Promise.all([
    checkConfiguration(project, environment),
    checkGit(project),
  ]);
  const folder = repository?.project ?? project;
  const [work, chosen] = await Promise.all([
    loaded === undefined ? NO_WORK : checkWork(folder, repository, loaded.config),
    loaded && chooseAgents(loaded.config, desk, loaded.workerModel),
  ]);
  const question: AgentQuestion = { project: folder, config: chosen?.config, desk, limitMs: ASK_LIMIT_MS };
  const found = await findAgents(question);
  const { gateCommands, coordinated } = work;
  const place = {
    project: folder,
    gitDirectory: repository?.commonDirectory,
    gateCommands,
    desk: { bin: own.bin, gates: coordinated },
  };
  const agents = found.map((agent) => ({ ...agent, ...callsOf(agent, place, patient) }));
  const mask = createSecretMask(environment);
  const findings = [
    ...(chosen?.notes ?? []).map(choice),
    ...(chosen === undefined ? [] : await checkChosen(chosen.config)),
    ...agents.flatMap((agent) => [...agentFindings(agent, question), ...agent.problems]),
    ...git,
    ...(repository === undefined ? [] : await checkRun(repository)),
    ...configuration,
    ...work.findings,
    ...checkMachine(folder),
  ].map((finding) => masked(finding, mask));
  return { findings: findings.sort((a, b) => AREAS.indexOf(a.area) - AREAS.indexOf(b.area)), agents };
};

const choice = (text: string): Finding => ({ area: "agents", subject: "choice", state: "note", text });

/** Configured agents are checked with the configuration. */
const checkChosen = async (config: Config): Promise<readonly Finding[]> =>
  (await examine({ area: "agents", subject: "choice" }, () => checkRoles(config))).problems;

interface Work {
  readonly gateCommands: readonly string[];
  /** Names of the gates that agents are to ask the lead for. */
  readonly coordinated: readonly string[];
  readonly findings: readonly Finding[];
}

const NO_WORK: Work = { gateCommands: [], coordinated: [], findings: [] };

/** Backlog, gates, set-up and worktrees: what a run would do, and where. */
const checkWork = async (project: string, repository: Repository | undefined, config: Config): Promise<Work> => {
  const [{ backlog, stories, findings }, { gates, findings: ofGates }] = await Promise.all([
    checkBacklog(project, config),
    checkGates(project, config),
  ]);
  const paths = backlog === undefined ? [] : backlogPaths(backlog, stories);
  const ofPlaces =
    repository === undefined
      ? []
      : await Promise.all([checkSetup(repository, config, paths), checkWorktrees(repository, config)]);
  const isCoordinated = coordinatesGates({ config, policy: { maxWorkers: workersOf(config) } });
  return {
    gateCommands: gates.map(({ run }) => run),
    coordinated: isCoordinated ? gates.map(({ name }) => name) : [],
    findings: [...findings, ...ofGates, ...ofPlaces.flat()],
  };
};

const masked = ({ area, subject, state, text, remedy }: Finding, mask: (text: string) => string): Finding => ({
  area,
  subject: plainLine(subject),
  state,
  text: mask(plainText(text)),
  ...(remedy === undefined ? {} : { remedy: mask(plainText(remedy)) }),
});
