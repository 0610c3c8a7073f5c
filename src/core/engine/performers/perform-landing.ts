import type { GateOutcome } from "../../evidence/evidence.ts";
import type { PlannedGate } from "../../evidence/gate-plan.ts";
import type { StoryKey } from "../../model/story-key.ts";
import type { EffectResult, Land } from "../../scheduler/effects.ts";
import { readerOf } from "../../workspace/bookkeeping-commit.ts";
import { listChanges, listCommits } from "../../workspace/commit-list.ts";
import { checkoutForGates, checkoutStory } from "../../workspace/gate-checkout.ts";
import { git } from "../../workspace/git.ts";
import {
  commitLanding,
  type Landed,
  type LandPlan,
  type LandRequest,
  type LandResult,
  planLanding,
} from "../../workspace/landing.ts";
import { proofRef } from "../../workspace/landing-refs.ts";
import { writeLandingProgress } from "../artifacts/keep-progress.ts";
import type { LandingStatus } from "../kept-files/kept-files.ts";
import { redWithout } from "./attribute-gate.ts";
import { checkMergedCriteria, type MergedCriteria, mergedPlan } from "./check-merged-criteria.ts";
import { lastNamed } from "./commit-subject.ts";
import { holdIntegration, holdStory } from "./hold-branch.ts";
import { followSoon } from "./move-copy.ts";
import { placeOf } from "./perform-workspace.ts";
import { offerRepair, takeStatusesOut } from "./refused-landing.ts";
import { gatesFor, runGates } from "./run-gate.ts";
import { keepLessonsLanded } from "./turn-lessons.ts";
import { branchOf, carriedIn, fromProject, type Place, storyIn, swept, type World } from "./world.ts";

/** How often a landing is planned anew when something else moved the integration branch. */
const PLANS_MAX = 5;

/**
 * Lands a story: its commits on the integration branch, the gates on the merged tree, the statuses in a commit of ours,
 * then the target and the user's copy. May be done again after a crash at any point.
 */
export const performLanding = async (world: World, effect: Land, signal: AbortSignal): Promise<EffectResult> => {
  const place = await placeOf(world, effect.story);
  await swept(world, effect.story);
  if (effect.phases !== undefined) await writeLandingProgress(world, { ...effect, phases: effect.phases }, place);
  const putBack = [...(await holdIntegration(world)), ...(await holdStory(world, place.branch, effect.checked))];
  const result = await landOn(world, effect, place, signal);
  return result.kind === "landed" ? { ...result, notes: [...putBack, ...result.notes] } : result;
};

const landOn = async (world: World, effect: Land, place: Place, signal: AbortSignal): Promise<EffectResult> => {
  const landing: LandingStatus = {
    story: storyIn(world, effect.story),
    status: effect.finalStatus,
    deferred: effect.deferred,
    lessons: effect.lessons ?? [],
    worktreeProject: place.projectPath,
    committed: readerOf(world.repository, `refs/heads/${branchOf(world, effect.story)}`),
  };
  for (let attempt = 1; attempt <= PLANS_MAX; attempt++) {
    const plan = await planLanding(requestOf(world, effect, landing));
    if (plan.kind !== "planned") return conclude(world, place, landing, plan);
    const merged = await checkMerged(world, effect, place, plan, signal);
    const red = redOf(merged);
    if (red !== undefined) {
      return offerRepair(world, place, effect.story, { kind: "gate-red", ...red, onto: plan.landed.before });
    }
    const landed = await commitLanding(world.repository, plan);
    if (landed !== "stale") return withChecks(await conclude(world, place, landing, landed), merged);
  }
  throw new Error(`${world.run.integration} keeps moving while ${effect.story} lands`);
};

/** What keeps the merged tree from landing: a gate, or a check that a criterion needs. */
const redOf = ({
  red,
  criteria,
}: Merged): { gate: string; criterion?: string; tail: readonly string[] } | undefined => {
  if (red !== undefined) return { gate: red.name, tail: red.tail };
  const refused = criteria?.refused;
  return refused === undefined
    ? undefined
    : { gate: `criterion ${refused.id}`, criterion: refused.id, tail: refused.tail };
};

const withChecks = (result: EffectResult, { gates, notes, criteria }: Merged): EffectResult =>
  result.kind === "landed"
    ? {
        ...result,
        notes: [...result.notes, ...notes],
        ...(gates.length === 0 ? {} : { gates: gates.map(({ name, ok, cached }) => ({ name, ok, cached })) }),
        ...(criteria === undefined ? {} : { criteria: criteria.ledger }),
      }
    : result;

const requestOf = (world: World, effect: Land, landing: LandingStatus): LandRequest => ({
  repository: world.repository,
  branch: branchOf(world, effect.story),
  integration: world.run.integration,
  proof: proofRef(world.run.run, effect.story),
  baseline: effect.baseline ?? world.run.target.commit,
  ownedPaths: [...carriedIn(world), ...(world.keptFiles.sprintPath === undefined ? [] : [world.keptFiles.sprintPath])],
  committing: world.run.committing,
  resolve: world.keptFiles.resolveLanding,
  bookkeeping: (read) => world.keptFiles.bookkeeping(read, landing),
});

interface MergedGates {
  readonly gates: readonly GateOutcome[];
  /** The first one that is held against the story. */
  readonly red?: GateOutcome;
  /** For the card: gates that are red, but were so without this story. */
  readonly notes: readonly string[];
}

interface Merged extends MergedGates {
  readonly criteria?: MergedCriteria;
}

/**
 * Gates, and what proved the criteria, again on the merged tree, when something landed since the story started: green apart
 * is not green together. Of gates with paths those that the story or what landed meanwhile touches.
 */
const checkMerged = async (
  world: World,
  effect: Land,
  place: Place,
  plan: LandPlan,
  signal: AbortSignal,
): Promise<Merged> => {
  const { before, after } = plan.landed;
  if (before === effect.baseline || !world.run.policy.evidence) return { gates: [], notes: [] };
  const { gates } = gatesFor(world, await changedOnMerged(world, effect, place, after));
  const criteria = mergedPlan(world, effect.criteria);
  if (gates.length === 0 && criteria === undefined) return { gates: [], notes: [] };
  const tree = (await git(["rev-parse", `${after}^{tree}`], { cwd: place.path })).stdout;
  await takeStatusesOut(world, place, effect.story);
  await checkoutForGates(place.path, after);
  try {
    const copy = { path: place.path, projectPath: place.projectPath, tree };
    const merged = await gatesOnMerged(world, place, gates, { before, copy }, signal);
    if (merged.red !== undefined || effect.criteria === undefined || criteria === undefined) return merged;
    return { ...merged, criteria: await checkMergedCriteria(world, effect.criteria, criteria, copy, signal) };
  } finally {
    await checkoutStory(place.path, branchOf(world, effect.story));
  }
};

/** The gates of the merged tree, told apart by whom a red one is held against. */
const gatesOnMerged = async (
  world: World,
  place: Place,
  gates: readonly PlannedGate[],
  { before, copy }: { readonly before: string; readonly copy: { readonly projectPath: string; readonly tree: string } },
  signal: AbortSignal,
): Promise<MergedGates> => {
  const outcomes = await runGates(world, { gates, left: [] }, copy, signal);
  const notes: string[] = [];
  for (const gate of gates) {
    const red = outcomes.find(({ name, ok }) => name === gate.name && !ok);
    if (red === undefined || world.baselineRed().includes(red.name)) continue;
    const why = await redWithout(world, place, gate, before, signal);
    if (why === undefined) return { gates: outcomes, red, notes };
    notes.push(why);
  }
  return { gates: outcomes, notes };
};

/** What the merged tree has beyond the commit that the story started from. */
const changedOnMerged = async (
  world: World,
  { baseline }: Land,
  place: Place,
  after: string,
): Promise<readonly string[] | undefined> =>
  baseline === undefined
    ? undefined
    : (await listChanges(baseline, after, { cwd: place.path })).map(({ path }) => fromProject(world, path));

const conclude = async (
  world: World,
  place: Place,
  landing: LandingStatus,
  result: LandResult,
): Promise<EffectResult> => {
  if (result.kind === "conflict" || result.kind === "not-descended") {
    const message = `${place.branch} does not descend from the commit that the story started from`;
    const refusal = result.kind === "conflict" ? result : ({ kind: "conflict", files: [], message } as const);
    return offerRepair(world, place, landing.story.key, refusal);
  }
  if (result.kind === "nothing") return nothingToLand(world, landing);
  return landed(world, place, landing, result);
};

/** Where evidence was asked for, there was work: a branch without it was changed by somebody since. */
const nothingToLand = async (world: World, landing: LandingStatus): Promise<EffectResult> => {
  if (world.run.policy.evidence && landing.story.status !== "review") {
    const message = `the branch of ${landing.story.key} holds none of its work any more`;
    return { kind: "conflict", files: [], message };
  }
  await world.keptFiles.setStatus(landing.story, landing.status, landing.deferred);
  return { kind: "landed", notes: ["the story changed nothing"] };
};

const landed = async (world: World, place: Place, landing: LandingStatus, result: Landed): Promise<EffectResult> => {
  world.keptFiles.landed(landing);
  // A landing that is done again after a crash may lie behind others.
  const { stdout } = world.isResumed
    ? await git(["rev-parse", `refs/heads/${world.run.integration}`], { cwd: world.repository.commonDirectory })
    : { stdout: result.integrationAfter };
  world.positions.integration = stdout;
  followSoon(world);
  const notes = world.positions.held === undefined ? [] : [world.positions.held];
  notes.push(...(await keepLessonsLanded(world, landing.story.key, landing.lessons)));
  if (await bringUntracked(world, place, landing, result)) {
    notes.push(`your edits of ${landing.story.file} were kept; the agent's version is in its worktree's branch`);
  }
  return { kind: "landed", commit: await landedCommit(world, landing.story.key, result), notes };
};

/** The last of the story's landed commits that names it; the last one where none does. */
const landedCommit = async (world: World, story: StoryKey, result: Landed): Promise<string> => {
  const { commit, integrationBefore } = result;
  const cwd = world.repository.commonDirectory;
  const commits = await listCommits([commit, `^${integrationBefore}`], { cwd }).catch(() => []);
  return lastNamed(world, story, commits)?.id ?? commit;
};

const bringUntracked = async (world: World, place: Place, landing: LandingStatus, result: Landed): Promise<boolean> => {
  if (world.run.source !== "bmad") return false;
  const read = readerOf(world.repository, result.integrationAfter);
  const tracked = new Set<string>();
  for (const path of world.keptFiles.pathsOf(landing.story)) if ((await read(path)) !== undefined) tracked.add(path);
  return world.keptFiles.bringBack(place.projectPath, landing, (path) => tracked.has(path));
};
