import { reconcileSubject } from "../../agents/prompts/sections.ts";
import { checkEvidence } from "../../evidence/checks.ts";
import type { CriteriaJudgement } from "../../evidence/criteria-judgement.ts";
import { criteriaSetting } from "../../evidence/criteria-plan.ts";
import type { EvidenceInput, Flag, GateOutcome, StoryChanges as GitChanges } from "../../evidence/evidence.ts";
import { productPaths } from "../../evidence/owned-paths.ts";
import type { EvidencePart } from "../../evidence/profiles.ts";
import { turnPhases } from "../../model/pipeline.ts";
import type { CheckEvidence, EffectResult, EvidenceResult } from "../../scheduler/effects.ts";
import { playerOf } from "../../scheduler/providers.ts";
import { conflictMarks } from "../../workspace/begin-merge.ts";
import { listChanges } from "../../workspace/commit-list.ts";
import { changesSince, commitAll, type StoryChanges } from "../../workspace/story-diff.ts";
import { treeOf } from "../../workspace/working-state.ts";
import { type AcceptedArtifacts, acceptArtifacts } from "../artifacts/accept-artifacts.ts";
import { keepReconciliation } from "../artifacts/keep-reconciliation.ts";
import { lookAlreadyDone } from "./already-done.ts";
import { checkCriteria } from "./check-criteria.ts";
import { commitSubject, lastNamed } from "./commit-subject.ts";
import { diffOfWork, lookAtFiles } from "./evidence-files.ts";
import { evidencePartOf } from "./evidence-part.ts";
import { movedRefs } from "./moved-refs.ts";
import { placeOf } from "./perform-workspace.ts";
import { undoLeftChecks } from "./run-checks.ts";
import { gatesFor, runGates } from "./run-gate.ts";
import { foreignStory } from "./story-link.ts";
import { type StoryTasks, storyTasksIn } from "./story-tasks.ts";
import { keepLessonsOfWork } from "./turn-lessons.ts";
import { carriedIn, fromProject, type Place, profileIn, storyIn, swept, type World } from "./world.ts";

/** Looks at the evidence of a story's work. `baselineRed` names the gates that were red before the first story. */
export const performEvidence = async (
  world: World,
  effect: CheckEvidence,
  baselineRed: readonly string[],
  signal: AbortSignal,
): Promise<EffectResult> => {
  const place = await placeOf(world, effect.story);
  await swept(world, effect.story);
  await undoLeftChecks(world, effect.story, place.path);
  if (effect.purpose === "already-done") return lookAlreadyDone(world, effect, place, baselineRed, signal);
  const baseline = effect.baseline ?? "HEAD";
  await commitForAgent(world, effect, place);
  const seen = await lookAtWork(world, effect, place, baseline);
  const { changes, tasks, foreign, artifacts } = seen;
  const marks = effect.conflict && changes.descends ? await conflictMarks(place.path, baseline) : [];
  const plan = gatesFor(
    world,
    [...changes.changedPaths, ...changes.uncommittedPaths].map((path) => fromProject(world, path)),
  );
  const after = await changedAfter(world, effect, place, changes);
  // No gate costs minutes for work that is missing anyway.
  const first = judge(world, effect, place, {
    changes,
    marks,
    gates: [],
    baselineRed,
    flags: [],
    tasks,
    after,
    foreignStory: foreign,
  });
  const cheap = first.missing.filter(({ check }) => check !== "gates");
  const { flags: tampered, files } = lookAtFiles(world, changes.changes, seen.diff);
  if (cheap.length > 0 || artifacts.rejected !== undefined) {
    return withArtifacts({ ...toResult(first, []), files }, artifacts);
  }
  // Where nothing of the product changed since they ran, gates and checks would say the same.
  const isNew = partOf(world, effect) !== "story";
  const gates =
    plan.gates.length === 0 || !isNew
      ? []
      : await runGates(world, plan, { ...place, tree: await treeOf(place.path) }, signal);
  const flags = [...tampered, ...impostors(world, changes), ...(effect.conflict === undefined ? seen.moved : [])];
  const found = judge(world, effect, place, {
    changes,
    marks,
    gates,
    baselineRed,
    flags,
    tasks,
    after,
    foreignStory: foreign,
  });
  if (found.ok) await keepReconciliation(world, effect, place, tasks?.tasks);
  const { claims = [] } = effect;
  const work = { story: storyIn(world, effect.story), claims, place, baseline, gates };
  const criteria = found.ok && isNew ? await checkCriteria(world, work, signal) : undefined;
  const result = withArtifacts(
    withCriteria(world, { ...toResult(found, gates), ...commitsOf(world, effect, changes), files }, criteria),
    artifacts,
  );
  const learnt = await keepLessonsOfWork(world, effect.story, result.lessons ?? []);
  return { ...result, notes: [...result.notes, ...learnt] };
};

/** All that can be seen without a gate, looked at side by side: most of it is git's work, and waiting for it. */
const lookAtWork = async (world: World, effect: CheckEvidence, place: Place, baseline: string) => {
  const { file } = storyIn(world, effect.story);
  const lookAtStory = async () => {
    const tasks = await storyTasksIn(place, file);
    return { tasks, artifacts: await acceptArtifacts(world, effect, place, tasks) };
  };
  const [changes, diff, moved, foreign, story] = await Promise.all([
    changesSince(place.path, baseline, { carried: carriedIn(world) }),
    diffOfWork(place, baseline),
    movedRefs(world, place),
    file === undefined ? undefined : foreignStory(world, place, file),
    lookAtStory(),
  ]);
  return { changes, diff, moved, foreign, ...story };
};

/** With `commits: storyboard` the story's commit is ours to make, of whatever the agent left. */
const commitForAgent = async (world: World, effect: CheckEvidence, place: Place): Promise<void> => {
  const phase = turnPhases(world.run.policy.pipeline).find(({ name }) => name === effect.phase);
  const profile = profileIn(world, playerOf(world.run.policy, phase?.role ?? "builder").profile);
  if (profile.commits !== "storyboard") return;
  const without = [
    ...carriedIn(world),
    ...(world.keptFiles.sprintPath === undefined ? [] : [world.keptFiles.sprintPath]),
  ];
  const subject =
    phase?.evidence === "story" ? reconcileSubject({ storyKey: effect.story }) : commitSubject(world, effect.story);
  await commitAll(place.path, subject, without, world.run.committing);
};

/** What a phase that comes after the work changed; in the shared copy that cannot be told from what others do. */
const changedAfter = async (
  world: World,
  { worked }: CheckEvidence,
  place: Place,
  { head, uncommittedPaths }: StoryChanges,
): Promise<EvidenceInput["after"]> => {
  if (worked === undefined || world.run.config.isolation === "shared") return undefined;
  const committed = worked === head ? [] : await listChanges(worked, head, { cwd: place.path });
  const paths = [...new Set([...committed.map(({ path }) => path), ...uncommittedPaths])];
  return { worked, paths: paths.map((path) => fromProject(world, path)) };
};

interface Found {
  readonly changes: StoryChanges;
  readonly marks: readonly string[];
  readonly gates: readonly GateOutcome[];
  readonly baselineRed: readonly string[];
  readonly flags: readonly Flag[];
  readonly tasks: StoryTasks | undefined;
  readonly after: EvidenceInput["after"];
  readonly foreignStory: string | undefined;
}

const judge = (world: World, effect: CheckEvidence, place: Place, found: Found) => {
  const story = storyIn(world, effect.story);
  return checkEvidence(
    {
      story,
      keys: world.run.stories.map(({ key }) => key),
      changes: {
        ...forProject(world, found.changes, astray(world, place, found.changes)),
        ...(effect.conflict === undefined ? {} : { merge: { marks: found.marks } }),
      },
      after: found.after,
      ownedPaths: world.keptFiles.ownedPaths.map((path) => fromProject(world, path)),
      tasksAfter: found.tasks?.tasks,
      ...(found.tasks?.topLevel === undefined ? {} : { topLevelBoxes: found.tasks.topLevel }),
      foreignStory: found.foreignStory,
      gates: found.gates,
      baselineRed: new Set(found.baselineRed),
      flags: found.flags,
    },
    world.run.config.evidence,
    partOf(world, effect),
  );
};

/** Where nobody knows what was changed since the work was checked, a look at the story's file alone is not enough. */
const partOf = ({ run }: World, { phase, worked }: CheckEvidence): EvidencePart => {
  const part = evidencePartOf(run.policy.pipeline, phase);
  const isUnknown = worked === undefined && run.config.isolation === "worktree";
  return part === "story" && isUnknown ? "all" : part;
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
      bookkeeping: isTitledOurs(subject) && productPaths(files, world.keptFiles.ownedPaths).length === 0,
    })),
    changedPaths: seen(changes.changedPaths),
    uncommittedPaths: seen(changes.uncommittedPaths),
    hiddenPaths: seen(changes.hiddenPaths),
  };
};

/** What artifacts say beside the rest. */
const withArtifacts = (
  result: EvidenceResult,
  { rejected, notes, claim, handedOn }: AcceptedArtifacts,
): EvidenceResult => ({
  ...result,
  ...(result.ok ? handedOn : {}),
  ok: result.ok && rejected === undefined,
  missing: [...result.missing, ...(rejected?.artifacts ?? [])],
  notes: [...result.notes, ...notes],
  ...(rejected === undefined ? {} : { rejected }),
  ...(claim === undefined ? {} : { claim }),
});

const isTitledOurs = (subject: string): boolean => subject.startsWith("chore(storyboard):");

/** Commits of the agent's that look like storyboard's own, and are none: ours change nothing of the product. */
const impostors = (world: World, { commits }: StoryChanges): readonly Flag[] =>
  commits.flatMap(({ id, subject, files }) => {
    const [file] = isTitledOurs(subject) ? productPaths(files, world.keptFiles.ownedPaths) : [];
    if (file === undefined) return [];
    const what = `is changed by commit ${id.slice(0, 10)}, which is titled as storyboard's own`;
    return [{ kind: "bookkeeping", file: fromProject(world, file), what }];
  });

/** The last commit of the work, and the last one that names the story: what keeps its file may come after it. */
const commitsOf = (
  world: World,
  { story }: CheckEvidence,
  { commits }: StoryChanges,
): Pick<EvidenceResult, "commit" | "named"> => {
  const commit = commits.at(-1)?.id;
  const named = lastNamed(world, story, commits)?.id;
  return { ...(commit === undefined ? {} : { commit }), ...(named === undefined ? {} : { named }) };
};

const toResult = (found: ReturnType<typeof checkEvidence>, gates: readonly GateOutcome[]): EvidenceResult => {
  const { status } = found;
  return {
    kind: "evidence",
    ok: found.ok,
    missing: found.missing.map(({ message }) => message),
    notes: found.notes,
    flags: found.flags.map((flag) => `${flag.file} ${flag.what}`),
    ...(gates.length === 0 ? {} : { gates: gates.map(({ name, ok, cached }) => ({ name, ok, cached })) }),
    ...(status === undefined ? {} : { finalStatus: status }),
  };
};

/** The ledger beside the rest; what is not proven is missing evidence where that is required. */
const withCriteria = (
  world: World,
  result: EvidenceResult,
  criteria: CriteriaJudgement | undefined,
): EvidenceResult => {
  if (criteria === undefined) return result;
  const missing = criteriaSetting(world.run.config) === "require" ? criteria.missing : [];
  return {
    ...result,
    ok: result.ok && missing.length === 0,
    missing: [...result.missing, ...missing],
    notes: [...result.notes, ...criteria.notes],
    criteria: criteria.ledger,
  };
};
