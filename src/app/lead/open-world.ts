import { join } from "node:path";
import { createSecretMask } from "../../core/agents/mask-secrets.ts";
import type { FeedLine } from "../../core/engine/feed.ts";
import { KeptFiles } from "../../core/engine/kept-files/kept-files.ts";
import { moveCopy } from "../../core/engine/performers/move-copy.ts";
import { runGate } from "../../core/engine/performers/run-gate.ts";
import { removeTurnTmp } from "../../core/engine/performers/turn-tmp.ts";
import { inBackground, type World } from "../../core/engine/performers/world.ts";
import { createDiskCache } from "../../core/evidence/disk-cache.ts";
import { createGateRunner } from "../../core/evidence/gate-runner.ts";
import { createJobs } from "../../core/jobs/jobs.ts";
import { createPulse } from "../../core/jobs/pulse.ts";
import { UserError } from "../../core/model/user-error.ts";
import type { RunState } from "../../core/scheduler/state.ts";
import { git } from "../../core/workspace/git.ts";
import { dropLeftLock } from "../../core/workspace/index-lock.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { ensureBranch, newestLanded } from "../../core/workspace/landing-refs.ts";
import { createWorktrees } from "../../core/workspace/worktrees.ts";
import type { OwnPackage } from "../own-package.ts";
import { OWN_FOLDER, type StoredRun } from "./runs.ts";

/** How often transcripts are read and limits looked at, in milliseconds. */
const PULSE_MS = 250;
/** How long the sweeps of a shared copy gather ended jobs, in milliseconds. */
const SHARED_SWEEP_MS = 200;

/** What a world is opened with. */
export interface WorldRequest {
  readonly stored: StoredRun;
  readonly state: RunState;
  readonly repository: Repository;
  readonly own: OwnPackage;
  readonly environment: NodeJS.ProcessEnv;
  readonly isResumed: boolean;
  readonly feed: (line: FeedLine) => void;
}

/** Opens everything that the performers of a run need, and makes the run's integration branch if it is not there. */
export const openWorld = async (request: WorldRequest): Promise<World> => {
  const { stored, state, repository, environment } = request;
  const { file, directory } = stored;
  const isWorktree = file.config.isolation === "worktree";
  const positions = isWorktree
    ? await findPositions(repository, request)
    : { integration: "", target: "", resumed: false };
  const kept = new Map(
    [...state.stories.values()].flatMap(({ story, keptStatus }) =>
      keptStatus ? [[story.key, keptStatus] as const] : [],
    ),
  );
  const keptFiles = new KeptFiles(file, repository.prefix, directory, kept);
  if (request.isResumed) await keptFiles.recall();
  const world: World = {
    run: file,
    stories: new Map(file.stories.map((story) => [story.key, story])),
    runDirectory: directory,
    repository,
    // In the shared copy nobody waits for a sweep, so one may serve many.
    jobs: createJobs({ gatherMs: isWorktree ? 0 : SHARED_SWEEP_MS }),
    worktrees: createWorktrees(repository, {
      root: file.worktreeRoot,
      keep: file.config.worktree.keep,
      carried: file.setup.carried,
    }),
    gates: createGateRunner({
      parallel: file.config.gates.parallel,
      run: (gate, signal, onOutput) => runGate(world, gate, signal, onOutput),
      cache: createDiskCache({ folder: join(file.project, OWN_FOLDER, "gates") }),
    }),
    keptFiles,
    pulse: createPulse(PULSE_MS),
    positions,
    mover: { last: Promise.resolve(), timer: undefined },
    turns: new Map(),
    messages: new Map(),
    places: new Map(),
    sweeps: new Map(),
    background: new Set(),
    isResumed: request.isResumed,
    baseEnvironment: environment,
    ownRoot: request.own.root,
    bin: request.own.bin,
    mask: createSecretMask(environment),
    feed: request.feed,
    now: Date.now,
    baselineRed: () => state.baselineRed,
    leftOutGates: () => state.leftOutGates,
  };
  return world;
};

const findPositions = async (repository: Repository, request: WorldRequest): Promise<World["positions"]> => {
  const { file } = request.stored;
  const landed = request.isResumed ? await newestLanded(repository, file.run) : undefined;
  const integration = await ensureBranch(repository, file.integration, landed ?? file.target.commit);
  if (landed !== undefined) await checkHolds(repository, file.integration, landed);
  if (!request.isResumed) return { integration, target: file.target.commit, resumed: false };
  await dropLeftLock(repository.gitDirectory);
  const { stdout } = await git(["rev-parse", "--verify", `refs/heads/${file.target.branch}`], {
    cwd: repository.commonDirectory,
    allowFailure: true,
  });
  return { integration, target: stdout, resumed: true };
};

/** Whoever set the branch back took landed stories off it, and the run would go on without them. */
const checkHolds = async (repository: Repository, branch: string, landed: string): Promise<void> => {
  const args = ["merge-base", "--is-ancestor", landed, `refs/heads/${branch}`];
  const { exitCode } = await git(args, { cwd: repository.commonDirectory, allowFailure: true });
  if (exitCode === 0) return;
  throw new UserError(`The branch ${branch} was moved: what this run has landed is not on it any more.`, [
    `Put it back: git branch -f ${branch} ${landed.slice(0, 12)}`,
    "Or start anew, its branches are kept: storyboard run --fresh",
  ]);
};

/** Longest that a lead waits for stops and landings under way when it leaves, in milliseconds. */
const LEAVE_LIMIT_MS = 6_000;

/** Lets go of everything, after what is under way has ended or the limit has passed. */
export const leaveWorld = async (world: World): Promise<void> => {
  world.jobs.hurry();
  // What landed is not left behind on the integration branch because the run was stopped a moment later.
  if (world.mover.timer !== undefined) void inBackground(world, moveCopy(world)).catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LEAVE_LIMIT_MS);
  });
  await Promise.race([Promise.allSettled([...world.background, ...world.sweeps.values()]), limit]);
  clearTimeout(timer);
  await removeTurnTmp(world.runDirectory);
  world.pulse.close();
  world.jobs.close();
};
