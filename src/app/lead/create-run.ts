import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { loadBacklog } from "../../core/backlog/load-backlog.ts";
import { orderBacklog } from "../../core/backlog/order.ts";
import type { LeftStory, SelectedStories } from "../../core/backlog/select.ts";
import { findPlaybookFolder } from "../../core/engine/playbooks.ts";
import { FORMAT_VERSION, type RunFile } from "../../core/engine/run-file.ts";
import { completionsFolders } from "../../core/evidence/pantheon/completions-folders.ts";
import type { Config } from "../../core/model/config.ts";
import { type Pipeline, turnPhases } from "../../core/model/pipeline.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import type { Backlog, Story } from "../../core/model/story.ts";
import { checkStoryKey } from "../../core/model/story-key.ts";
import { teachingOf } from "../../core/model/teaching.ts";
import { UserError } from "../../core/model/user-error.ts";
import { checkCommitting } from "../../core/workspace/check-committing.ts";
import { detectSetup, type Setup } from "../../core/workspace/detect-setup.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { resolveWorktreeRoot } from "../../core/workspace/worktree-root.ts";
import type { SelectionOptions } from "../command-line/parsed-command.ts";
import { chosenPipeline } from "../configuration/pipelines.ts";
import { playersOf, roleNames } from "../configuration/roles.ts";
import type { LoginDesk } from "../doctor/login-desk.ts";
import { checkReadiness } from "../doctor/preflight.ts";
import { checkAgents } from "./check-agents.ts";
import { chooseAgents } from "./choose-agents.ts";
import { chooseStories, type DoneBefore } from "./choose-stories.ts";
import { pinGates } from "./pin-gates.ts";
import { pinInstructions } from "./pin-instructions.ts";
import { type PersonThere, policyOf } from "./policy.ts";
import { realSprintFile } from "./real-sprint-file.ts";
import { type RecoveredStories, recoverProgress } from "./recover-stories.ts";
import { newRunId } from "./run-id.ts";
import { runIds } from "./runs.ts";

/** What a start works with. */
export interface StartRequest {
  readonly repository: Repository;
  readonly config: Config;
  /** `worker_model`, for an agent that is chosen here. */
  readonly workerModel?: string | undefined;
  readonly options: SelectionOptions;
  readonly environment: NodeJS.ProcessEnv;
  /** Where agent programs are asked whether they are logged in. */
  readonly logins: LoginDesk;
  /** Whether a run is to start, and not only to be shown: then no agent may be logged out. */
  readonly isStart: boolean;
  readonly nowMs: number;
  readonly before: DoneBefore;
  /** Whether earlier runs are forgotten. */
  readonly isFresh: boolean;
  readonly person: PersonThere;
}

/** A run that could be started, or why there is nothing to start. */
export type NewRun =
  | { readonly kind: "run"; readonly file: RunFile }
  | { readonly kind: "nothing"; readonly message: string; readonly left: readonly LeftStory[]; readonly exit: number };

/**
 * Everything that is found out before a run starts: backlog, order, agents, gates, set-up, commits. Throws UserError for
 * what a person must put right first; writes nothing, but that a login was found to be good.
 */
export const createRun = async (asked: StartRequest): Promise<NewRun> => {
  const chosen = await chooseAgents(asked.config, asked.logins, asked.workerModel);
  const request = { ...asked, config: chosen.config };
  const { repository, config, options } = request;
  const isWorktree = config.isolation === "worktree";
  const { backlog, ...selected } = chooseStories(
    await loadBacklog(repository.project, config),
    options,
    request.before,
  );
  if (selected.chosen.length === 0) return nothingToStart(selected);
  for (const { key } of selected.chosen) checkStoryKey(key, "backlog");
  checkAgents(config, request.logins);
  const ordered = orderBacklog(selected.chosen, config.order === "sequential" ? "parallel" : config.order);
  const completions = await completionsOf(config, backlog, repository.project);
  const [gates, committing, setup] = await Promise.all([
    config.evidence.profile === "none" && !config.batch_mode ? [] : pinGates(repository.project, config),
    checkCommitting(repository),
    isWorktree
      ? detectSetup(repository, config.worktree, backlogPaths(backlog, ordered.stories), completions)
      : NO_SETUP,
    request.isStart ? checkReadiness(config, request.logins) : undefined,
  ]);
  const instructions = await pinInstructions(repository, config, setup.carried);
  const refused = committing.findings.find((finding) => finding.level === "refuse");
  if (refused !== undefined) throw new UserError(refused.message, refused.nextSteps);
  // Makes a folder, so it comes when nothing can be refused any more.
  const worktreeRoot = isWorktree ? await worktreeRootOf(request) : "";
  const run = newRunId(request.nowMs, runIds(repository.project).at(-1));
  const recovered = await recoveredOf(request, ordered.stories, completions);
  const agentsCommit = config.agents[roleNames(config).builder]?.commits !== "storyboard";
  const probesHooks = isWorktree && agentsCommit && config.evidence.profile !== "none" && committing.hooks.length > 0;
  const policy = policyOf(config, backlog.source, {
    hasGates: gates.length > 0,
    probesHooks,
    person: request.person,
  });
  const file: RunFile = {
    v: FORMAT_VERSION,
    run,
    startedAtMs: request.nowMs,
    project: repository.project,
    projectName: basename(repository.project),
    config,
    policy,
    stories: recovered.stories.map((story) => ({ ...story, title: plainLine(story.title) })),
    left: selected.left.map((story) => ({ ...story, why: plainLine(story.why) })),
    source: backlog.source,
    isFresh: request.isFresh,
    gates,
    setup,
    ...(await playbooksOf(config, policy.pipeline, repository.project)),
    ...(completions === undefined ? {} : { completions }),
    target: { branch: repository.headBranch, commit: repository.headCommit },
    integration: `storyboard/${run}/integration`,
    worktreeRoot,
    committing: committing.committing,
    agentEnvironment: committing.agentEnvironment,
    probesHooks,
    ...instructions.pinned,
    notes: [
      ...backlog.notes,
      ...ordered.notes,
      ...recovered.notes,
      ...committing.findings.map((finding) => finding.message),
      ...chosen.notes,
      ...instructions.notes,
      ...sameReviewer(config),
      ...undeclaredResources(ordered.stories, config),
      ...(gates.length === 0 && config.evidence.profile !== "none" ? ["no gates were found or configured"] : []),
    ],
    ...(backlog.sprintFile === undefined ? {} : { sprintFile: await realSprintFile(repository, backlog.sprintFile) }),
  };
  return { kind: "run", file };
};

const nothingToStart = ({ nothingToDo, left }: SelectedStories): NewRun => ({
  kind: "nothing",
  message: nothingToDo ?? "No story can start:",
  left,
  exit: nothingToDo === undefined ? 1 : 0,
});

const NO_SETUP: Setup = { clone: [], copy: [], carried: [], dependencies: [] };

/** A resource that nobody declared exists once, which may be meant; or its name is a slip. */
const undeclaredResources = (stories: readonly Story[], config: Config): string[] =>
  [...new Set(stories.flatMap(({ needs }) => needs))]
    .filter((name) => !Object.hasOwn(config.resources, name))
    .map((name) => `the resource ${plainLine(name)} is not declared under resources: it exists once`);

/** A review by the profile that builds is one, but another program or model would see more. */
const sameReviewer = (config: Config): string[] => {
  const pipeline = chosenPipeline(config);
  const players = playersOf(config);
  const builder = players.get("builder");
  const reviews = (pipeline === undefined ? [] : turnPhases(pipeline)).filter(({ evidence }) => evidence === "verdict");
  const isSame = reviews.some(({ role, triage }) => !triage && players.get(role) === builder);
  return isSame ? [`${builder} reviews its own work, in a fresh session`] : [];
};

/** Where lessons are, for a pipeline with a phase that brings some, or begins with those of earlier stories. */
const playbooksOf = async (
  { playbooks }: Config,
  pipeline: Pipeline,
  project: string,
): Promise<Pick<RunFile, "playbooks">> => {
  const uses = turnPhases(pipeline).some(({ prompt }) => {
    const { takes, gives } = teachingOf(prompt);
    return takes === true || gives === true;
  });
  return uses ? { playbooks: await findPlaybookFolder(project, playbooks) } : {};
};

/** Where artifacts are left: the first place that is there, else beside the sprint file. */
const completionsOf = async (config: Config, { sprintFile }: Backlog, project: string): Promise<string | undefined> => {
  if (config.evidence.profile !== "pantheon") return undefined;
  const isInside = sprintFile !== undefined && !isAbsolute(sprintFile) && !sprintFile.startsWith("..");
  const folders = completionsFolders(isInside ? [dirname(sprintFile)] : []);
  for (const completions of folders) {
    const stats = await stat(join(project, completions)).catch(() => undefined);
    if (stats?.isDirectory()) return completions;
  }
  return folders[0] ?? "completions";
};

/** What an earlier run left, where artifacts are kept and nobody wants to begin anew. */
const recoveredOf = async (
  { config, repository, isFresh }: StartRequest,
  stories: readonly Story[],
  completions: string | undefined,
): Promise<RecoveredStories> => {
  if (completions === undefined || isFresh) return { stories, notes: [] };
  const { commit_pattern: commitPattern } = config.evidence;
  return recoverProgress(stories, {
    project: repository.project,
    completions,
    target: repository.headCommit,
    commitPattern,
  });
};

/** The files that stories come from, relative to the project. */
export const backlogPaths = (backlog: Backlog, stories: readonly Story[]): string[] => [
  ...(backlog.sprintFile === undefined ? [] : [backlog.sprintFile]),
  ...stories.flatMap((story) => story.file ?? []),
];

const worktreeRootOf = async ({ config, repository, environment }: StartRequest): Promise<string> => {
  const root = await resolveWorktreeRoot(config.worktree.root, repository, {
    stateHome: environment.XDG_STATE_HOME,
    home: environment.HOME ?? homedir(),
  });
  await stat(root);
  return root;
};
