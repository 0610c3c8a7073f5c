import { randomBytes } from "node:crypto";
import { access, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { AGENTS } from "../../core/agents/agents.ts";
import { loadBacklog } from "../../core/backlog/load-backlog.ts";
import { orderBacklog } from "../../core/backlog/order.ts";
import { type LeftStory, type SelectedStories, selectStories } from "../../core/backlog/select.ts";
import { FORMAT_VERSION, type PinnedGate, type RunFile } from "../../core/engine/run-file.ts";
import { detectGates } from "../../core/evidence/detect-gates.ts";
import { planGates } from "../../core/evidence/gate-plan.ts";
import { findProgram } from "../../core/jobs/find-program.ts";
import type { Config } from "../../core/model/config.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import type { Backlog, Story } from "../../core/model/story.ts";
import { checkStoryKey, type StoryKey } from "../../core/model/story-key.ts";
import { UserError } from "../../core/model/user-error.ts";
import { checkCommitting } from "../../core/workspace/check-committing.ts";
import { detectSetup, type Setup } from "../../core/workspace/detect-setup.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { resolveWorktreeRoot } from "../../core/workspace/worktree-root.ts";
import type { SelectionOptions } from "../command-line/parsed-command.ts";
import { agentProblems, roleNames } from "../configuration/agent-problems.ts";
import { chooseAgents } from "./choose-agents.ts";
import { policyOf } from "./policy.ts";
import { realSprintFile } from "./real-sprint-file.ts";

/** What a start works with. */
export interface StartRequest {
  readonly repository: Repository;
  readonly config: Config;
  /** `worker_model`, for an agent that is chosen here. */
  readonly workerModel?: string | undefined;
  readonly options: SelectionOptions;
  readonly environment: NodeJS.ProcessEnv;
  readonly nowMs: number;
  /** Plain stories that earlier runs have done. */
  readonly doneBefore: ReadonlySet<StoryKey>;
  /** Whether earlier runs are forgotten. */
  readonly isFresh: boolean;
}

/** A run that could be started, or why there is nothing to start. */
export type NewRun =
  | { readonly kind: "run"; readonly file: RunFile }
  | { readonly kind: "nothing"; readonly message: string; readonly left: readonly LeftStory[]; readonly exit: number };

/** A new run's id: its time, so that names sort by age, and enough chance that two never meet. */
export const newRunId = (nowMs: number): string => {
  const stamp = new Date(nowMs)
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z/g, "")
    .replace("T", "-");
  return `${stamp}-${randomBytes(2).toString("hex")}`;
};

/**
 * Everything that is found out before a run starts: backlog, order, agents, gates, set-up, commits. Throws UserError for
 * what a person must put right first; writes nothing.
 */
export const createRun = async (asked: StartRequest): Promise<NewRun> => {
  const chosen = chooseAgents(asked.config, asked);
  const request = { ...asked, config: chosen.config };
  const { repository, config, options } = request;
  const isWorktree = config.isolation === "worktree";
  const backlog = withDone(await loadBacklog(repository.project, config), request.doneBefore);
  const selected = withoutMissingFiles(selectStories(backlog, selectionOf(backlog, options)), backlog);
  if (selected.chosen.length === 0) {
    const { nothingToDo, left } = selected;
    return {
      kind: "nothing",
      message: nothingToDo ?? "No story can start:",
      left,
      exit: nothingToDo === undefined ? 1 : 0,
    };
  }
  for (const { key } of selected.chosen) checkStoryKey(key, "backlog");
  checkAgents(request);
  const ordered = orderBacklog(selected.chosen, config.order === "sequential" ? "parallel" : config.order);
  const [gates, committing, setup] = await Promise.all([
    config.evidence.profile === "none" && !config.batch_mode ? [] : pinGates(repository.project, config),
    checkCommitting(repository),
    isWorktree ? detectSetup(repository, config.worktree, backlogPaths(backlog, ordered.stories)) : NO_SETUP,
  ]);
  const refused = committing.findings.find((finding) => finding.level === "refuse");
  if (refused !== undefined) throw new UserError(refused.message, refused.nextSteps);
  // Makes a folder, so it comes when nothing can be refused any more.
  const worktreeRoot = isWorktree ? await worktreeRootOf(request) : "";
  const run = newRunId(request.nowMs);
  const agentsCommit = config.agents[roleNames(config).builder]?.commits !== "storyboard";
  const probesHooks = isWorktree && agentsCommit && config.evidence.profile !== "none" && committing.hooks.length > 0;
  const file: RunFile = {
    v: FORMAT_VERSION,
    run,
    startedAtMs: request.nowMs,
    project: repository.project,
    projectName: basename(repository.project),
    config,
    policy: policyOf(config, backlog.source, { hasGates: gates.length > 0, probesHooks }),
    stories: ordered.stories.map((story) => ({ ...story, title: plainLine(story.title) })),
    left: selected.left.map((story) => ({ ...story, why: plainLine(story.why) })),
    source: backlog.source,
    isFresh: request.isFresh,
    gates,
    setup,
    target: { branch: repository.headBranch, commit: repository.headCommit },
    integration: `storyboard/${run}/integration`,
    worktreeRoot,
    committing: committing.committing,
    agentEnvironment: committing.agentEnvironment,
    probesHooks,
    notes: [
      ...backlog.notes,
      ...ordered.notes,
      ...committing.findings.map((finding) => finding.message),
      ...chosen.notes,
      ...sameReviewer(config),
      ...undeclaredResources(ordered.stories, config),
      ...(gates.length === 0 && config.evidence.profile !== "none" ? ["no gates were found or configured"] : []),
    ],
    ...(backlog.sprintFile === undefined ? {} : { sprintFile: await realSprintFile(repository, backlog.sprintFile) }),
  };
  return { kind: "run", file };
};

const NO_SETUP: Setup = { clone: [], copy: [], carried: [], dependencies: [] };

const withDone = (backlog: Backlog, done: ReadonlySet<StoryKey>): Backlog => {
  if (done.size === 0) return backlog;
  const stories = backlog.stories.map((story) =>
    done.has(story.key) ? { ...story, status: "done" as const, rawStatus: "done" } : story,
  );
  return { ...backlog, stories };
};

const selectionOf = (backlog: Backlog, options: SelectionOptions): Parameters<typeof selectStories>[1] => {
  const named = options.epic !== undefined || options.stories !== undefined;
  // A plain list has no epics that one could continue.
  const mode = options.mode ?? (named ? "select" : backlog.source === "storyboard" ? "autopilot" : "continue");
  return {
    mode,
    includeBacklog: options.includeBacklog,
    ...(options.epic === undefined ? {} : { epic: options.epic }),
    ...(options.stories === undefined ? {} : { stories: options.stories }),
  };
};

/** A story of a sprint file without its own file has nothing to be built from: it is left, and so is what waits for it. */
const withoutMissingFiles = (selected: SelectedStories, backlog: Backlog): SelectedStories => {
  if (backlog.source !== "bmad") return selected;
  const left = new Map<StoryKey, LeftStory>();
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const story of selected.chosen) {
      if (left.has(story.key)) continue;
      const waits = story.dependsOn.find(({ key }) => left.has(key));
      if (story.file === undefined) {
        const whatToDo = "Run BMAD's create-story for it, or set it back to backlog.";
        const why = `it is ${story.rawStatus}, but has no story file`;
        left.set(story.key, { key: story.key, why, whatToDo, isProblem: true });
      } else if (waits !== undefined) {
        const why = `it depends on ${waits.key}, which does not run`;
        left.set(story.key, { key: story.key, why, whatToDo: `See ${waits.key}.`, isProblem: true });
      }
    }
  }
  const chosen = selected.chosen.filter(({ key }) => !left.has(key));
  return { ...selected, chosen, left: [...selected.left, ...left.values()] };
};

const checkAgents = ({ config, repository, environment }: StartRequest): void => {
  const problems = agentProblems(config).map(({ path, text }) => `${path.join(".")}: ${text}`);
  if (problems.length > 0) {
    throw new UserError(`The agents are not configured:\n${problems.map((line) => `  ${line}`).join("\n")}`, [
      ...(Object.keys(config.agents).length === 0 ? INSTALLABLE : []),
      "Name an agent in storyboard.yaml, for example:",
      "  agents: { builder: { cli: command, command: [my-agent, --headless] } }",
    ]);
  }
  const { builder, reviewer } = roleNames(config);
  for (const name of new Set([builder, reviewer])) {
    const { cli, command } = config.agents[name] ?? {};
    const agent = AGENTS.find((one) => one.cli === cli);
    const program = command?.[0] ?? agent?.program;
    if (program === undefined) continue;
    const found = findProgram(program, repository.project, environment.PATH);
    if (found.kind === "found") continue;
    throw new UserError(`The agent ${name} cannot be started: ${found.message}.`, [
      found.problem === "not-executable" && command !== undefined
        ? `Make it executable (chmod +x), or start it by its interpreter: command: [sh, ${program}].`
        : `${agent?.install ?? "Install it"}, or correct agents.${name} in storyboard.yaml.`,
    ]);
  }
};

/** How to get a program that is chosen unasked once it is there. */
const INSTALLABLE = AGENTS.flatMap(({ install }) => (install === undefined ? [] : [`${install}.`]));

/** A resource that nobody declared exists once, which may be meant; or its name is a slip. */
const undeclaredResources = (stories: readonly Story[], config: Config): string[] =>
  [...new Set(stories.flatMap(({ needs }) => needs))]
    .filter((name) => !Object.hasOwn(config.resources, name))
    .map((name) => `the resource ${plainLine(name)} is not declared under resources: it exists once`);

const sameReviewer = (config: Config): string[] => {
  const { builder, reviewer } = roleNames(config);
  const isReviewed = config.pipeline === "dev-review";
  return isReviewed && builder === reviewer ? [`${builder} reviews its own work, in a fresh session`] : [];
};

const pinGates = async (project: string, config: Config): Promise<PinnedGate[]> => {
  const detected =
    config.gates.commands === "auto"
      ? await detectGates({
          read: (path) => readFile(join(project, path), "utf8").catch(() => undefined),
          exists: (path) =>
            access(join(project, path)).then(
              () => true,
              () => false,
            ),
        })
      : [];
  // Mistakes in the gates are found here, before anything starts.
  const plan = planGates({ gates: config.gates, detected, wanted: config.evidence.gates, batchMode: false });
  return plan.gates.map((gate) => {
    const setting = config.gates.commands === "auto" ? undefined : config.gates.commands[gate.name];
    return {
      name: gate.name,
      run: gate.run,
      cwd: gate.cwd === "." ? "" : gate.cwd,
      paths: typeof setting === "object" ? (setting.paths ?? []) : [],
      minutes: gate.timeoutMs / 60_000,
      foundIn: gate.foundIn,
    };
  });
};

const backlogPaths = (backlog: Backlog, stories: readonly Story[]): string[] => [
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
