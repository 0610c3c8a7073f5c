import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readStoryFile } from "../../backlog/story-file.ts";
import { checkEvidence } from "../../evidence/checks.ts";
import type { ChangedFile, Flag, GateOutcome, StoryChanges as GitChanges } from "../../evidence/evidence.ts";
import { describeRedGate, judgeGates } from "../../evidence/gate-judgement.ts";
import type { EvidencePart } from "../../evidence/profiles.ts";
import { findTampering } from "../../evidence/tampering.ts";
import { turnPhases } from "../../model/pipeline.ts";
import type { WorkFile } from "../../model/review.ts";
import type { StoryTask } from "../../model/story.ts";
import type { CheckEvidence, EffectResult, EvidenceResult } from "../../scheduler/effects.ts";
import { playerOf } from "../../scheduler/providers.ts";
import { conflictMarks } from "../../workspace/begin-merge.ts";
import { listChanges, type PathChange } from "../../workspace/commit-list.ts";
import { changesSince, commitAll, diffText, type StoryChanges } from "../../workspace/story-diff.ts";
import { treeOf } from "../../workspace/working-state.ts";
import { placeOf } from "./perform-workspace.ts";
import { gatesFor, runGates } from "./run-gate.ts";
import { commitSubject } from "./turn-prompt.ts";
import { carriedIn, fromProject, type Place, profileIn, storyIn, swept, type World } from "./world.ts";

const DIFF_BYTES_MAX = 4 * 1024 * 1024;
/** Changed files that a card can name. */
const FILES_MAX = 100;

/** Looks at the evidence of a story's work. `baselineRed` names the gates that were red before the first story. */
export const performEvidence = async (
  world: World,
  effect: CheckEvidence,
  baselineRed: readonly string[],
  signal: AbortSignal,
): Promise<EffectResult> => {
  const place = await placeOf(world, effect.story);
  await swept(world, effect.story);
  if (effect.purpose === "already-done") return alreadyDone(world, effect, place, baselineRed, signal);
  const baseline = effect.baseline ?? "HEAD";
  await commitForAgent(world, effect, place);
  const changes = await changesSince(place.path, baseline, { carried: carriedIn(world) });
  const marks = effect.conflict && changes.descends ? await conflictMarks(place.path, baseline) : [];
  const plan = gatesFor(
    world,
    [...changes.changedPaths, ...changes.uncommittedPaths].map((path) => fromProject(world, path)),
  );
  // No gate costs minutes for work that is missing anyway.
  const first = await judge(world, effect, place, { changes, marks, gates: [], baselineRed, flags: [] });
  const cheap = first.missing.filter(({ check }) => check !== "gates");
  if (cheap.length > 0) return toResult(first, [], undefined);
  const gates =
    plan.gates.length === 0 ? [] : await runGates(world, plan, { ...place, tree: await treeOf(place.path) }, signal);
  const { flags, files } = await lookAtFiles(world, place, baseline);
  const found = await judge(world, effect, place, { changes, marks, gates, baselineRed, flags });
  return { ...toResult(found, gates, changes), files };
};

/** With `commits: storyboard` the story's commit is ours to make, of whatever the agent left. */
const commitForAgent = async (world: World, effect: CheckEvidence, place: Place): Promise<void> => {
  const { role } = turnPhases(world.run.policy.pipeline).find(({ name }) => name === effect.phase) ?? {};
  const profile = profileIn(world, playerOf(world.run.policy, role ?? "builder").profile);
  if (profile.commits !== "storyboard") return;
  const without = [
    ...carriedIn(world),
    ...(world.keptFiles.sprintPath === undefined ? [] : [world.keptFiles.sprintPath]),
  ];
  await commitAll(place.path, commitSubject(world, effect.story), without, world.run.committing);
};

interface Found {
  readonly changes: StoryChanges;
  readonly marks: readonly string[];
  readonly gates: readonly GateOutcome[];
  readonly baselineRed: readonly string[];
  readonly flags: readonly Flag[];
}

const judge = async (world: World, effect: CheckEvidence, place: Place, found: Found) => {
  const story = storyIn(world, effect.story);
  return checkEvidence(
    {
      story,
      keys: world.run.stories.map(({ key }) => key),
      changes: {
        ...forProject(world, found.changes, astray(world, place, found.changes)),
        ...(effect.conflict === undefined ? {} : { merge: { marks: found.marks } }),
      },
      ownedPaths: world.keptFiles.ownedPaths.map((path) => fromProject(world, path)),
      tasksAfter: await tasksIn(place, story.file),
      gates: found.gates,
      baselineRed: new Set(found.baselineRed),
      flags: found.flags,
    },
    world.run.config.evidence,
    partOf(world, effect),
  );
};

/** Where a later phase ticks the tasks, the work holds without. */
const partOf = ({ run }: World, effect: CheckEvidence): EvidencePart => {
  const turns = turnPhases(run.policy.pipeline);
  const phase = turns.find(({ name }) => name === effect.phase);
  if (phase?.evidence === "story") return "story";
  return turns.some(({ evidence }) => evidence === "story") ? "work" : "all";
};

/** Only with worktrees: in the shared copy no story has a branch of its own. */
const astray = (world: World, place: Place, { branch }: StoryChanges): string | undefined => {
  if (world.run.config.isolation === "shared" || branch === place.branch) return undefined;
  const where =
    branch === undefined
      ? "no branch is checked out in the worktree (an unfinished rebase, or a detached HEAD)"
      : `the worktree has the branch ${branch} checked out`;
  return `${where}, and only ${place.branch} counts: finish or abort what is under way, go back with 'git switch ${place.branch}' and have your commits there`;
};

const forProject = (world: World, changes: StoryChanges, elsewhere: string | undefined): GitChanges => {
  const seen = (paths: readonly string[]): string[] => paths.map((path) => fromProject(world, path));
  return {
    ...(elsewhere === undefined ? {} : { astray: elsewhere }),
    descends: changes.descends,
    commits: changes.commits.map(({ id, subject, files }) => ({
      id,
      subject,
      files: seen(files),
      bookkeeping: subject.startsWith("chore(storyboard):"),
    })),
    changedPaths: seen(changes.changedPaths),
    uncommittedPaths: seen(changes.uncommittedPaths),
  };
};

const tasksIn = async (place: Place, file: string | undefined): Promise<readonly StoryTask[] | undefined> => {
  if (file === undefined) return undefined;
  const bytes = await readFile(join(place.projectPath, file)).catch(() => undefined);
  return bytes === undefined ? undefined : readStoryFile(bytes).tasks;
};

/** What the work changed, and what of that makes green easier than it should be. */
const lookAtFiles = async (
  world: World,
  place: Place,
  baseline: string,
): Promise<{ readonly flags: readonly Flag[]; readonly files: readonly WorkFile[] }> => {
  const [listed, diff] = await Promise.all([
    listChanges(baseline, "HEAD", { cwd: place.path }),
    diffText(place.path, baseline, DIFF_BYTES_MAX),
  ]);
  const files = listed.map((change): ChangedFile => ({ path: change.path, status: statusOf(change) }));
  const flags = findTampering({
    files,
    diff: diff.text,
    gates: Object.fromEntries(world.run.gates.map((gate) => [gate.name, gate.run])),
  });
  const owned = world.keptFiles.ownedPaths;
  const shown = files.filter(({ path }) => !owned.includes(path)).slice(0, FILES_MAX);
  return { flags, files: shown.map(({ path, status }) => ({ path: fromProject(world, path), kind: KINDS[status] })) };
};

const KINDS: Readonly<Record<ChangedFile["status"], WorkFile["kind"]>> = {
  added: "created",
  modified: "modified",
  renamed: "created",
  deleted: "deleted",
};

const statusOf = ({ status }: PathChange): ChangedFile["status"] => {
  if (status === "D") return "deleted";
  return status === "A" ? "added" : "modified";
};

const toResult = (
  found: ReturnType<typeof checkEvidence>,
  gates: readonly GateOutcome[],
  changes: StoryChanges | undefined,
): EvidenceResult => {
  const commit = changes?.commits.at(-1)?.id;
  return {
    kind: "evidence",
    ok: found.ok,
    missing: found.missing.map(({ message }) => message),
    notes: found.notes,
    flags: found.flags.map((flag) => `${flag.file} ${flag.what}`),
    ...(gates.length === 0 ? {} : { gates: gates.map(({ name, ok, cached }) => ({ name, ok, cached })) }),
    ...(commit === undefined ? {} : { commit }),
  };
};

/** A story that needs no work: its tasks were all ticked at the baseline, and the gates are green there. */
const alreadyDone = async (
  world: World,
  effect: CheckEvidence,
  place: Place,
  baselineRed: readonly string[],
  signal: AbortSignal,
): Promise<EffectResult> => {
  const story = storyIn(world, effect.story);
  const open = story.tasks.filter((task) => !task.done).map((task) => `task "${task.text}" was not ticked`);
  const missing = story.tasks.length === 0 ? ["the story has no tasks that could all be ticked"] : open;
  const plan = gatesFor(world);
  const gates =
    missing.length > 0 || plan.gates.length === 0
      ? []
      : await runGates(world, plan, { ...place, tree: await treeOf(place.path) }, signal);
  const { red } = judgeGates(gates, new Set(baselineRed));
  const all = [...missing, ...red.map(describeRedGate)];
  return {
    kind: "evidence",
    ok: all.length === 0,
    missing: all,
    notes: [],
    flags: [],
    ...(gates.length === 0 ? {} : { gates: gates.map(({ name, ok, cached }) => ({ name, ok, cached })) }),
  };
};
