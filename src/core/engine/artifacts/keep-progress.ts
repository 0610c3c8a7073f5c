import { appendFile, lstat, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { productPaths } from "../../evidence/owned-paths.ts";
import { artifactKeyOf } from "../../evidence/pantheon/artifact-names.ts";
import { counted } from "../../model/counted.ts";
import { turnPhases } from "../../model/pipeline.ts";
import { plainLine } from "../../model/plain-text.ts";
import type { EffectResult, KeepProgress, Land } from "../../scheduler/effects.ts";
import { listChanges, type PathChange } from "../../workspace/commit-list.ts";
import { readOrNone } from "../kept-files/file-access.ts";
import { branchOf, fromProject, type Place, type World } from "../performers/world.ts";
import { knownProgress } from "./known-progress.ts";
import { completionsIn, keysOf } from "./story-artifacts.ts";
import { artifactName, progressText, startedAtIn, writeArtifact } from "./write-artifacts.ts";

/** Files that one entry of the narrative log names. */
const NAMED_MAX = 50;

/**
 * Writes a story's progress artifact into the user's copy, where another run finds it should this one be lost
 * (swarm-batch.md, step 3), and tells its phase in the narrative log. A landing's own commit carries the last one.
 */
export const performKeepProgress = (world: World, effect: KeepProgress): Promise<EffectResult> =>
  world.keptFiles.alone(async () => {
    const { project } = world.run;
    const folder = completionsIn(world, project);
    if (folder === undefined) return { kind: "done" };
    const { story, phase, phases, outcome } = effect;
    const key = artifactKeyOf(story, keysOf(world));
    const startedAt = await startedAtIn(join(folder, artifactName(world, story, "progress")));
    const work = await workOf(world, effect);
    const files = isWork(world, effect) ? work : [];
    const commits = effect.commit === undefined ? [] : [effect.commit];
    const place = await world.places.get(story)?.catch(() => undefined);
    const known = await knownProgress(world, { ...effect, place, filesChanged: countOf(work) });
    const facts = { phase, phases, outcome, commits, startedAt, known, nowMs: world.now() };
    await writeArtifact(world, project, story, "progress", progressText(key, facts));
    await narrate(join(folder, artifactName(world, story, "narrative")), effect, files, world.now());
    return { kind: "done" };
  });

type Changed = Pick<PathChange, "path" | "status">;

/** None is as good as unknown. */
const countOf = (work: readonly Changed[]): number | undefined => (work.length === 0 ? undefined : work.length);

/** Whether the phase built or repaired. */
const isWork = ({ run }: World, { phase }: KeepProgress): boolean =>
  turnPhases(run.policy.pipeline).some(({ name, evidence }) => name === phase && evidence === "work");

/** What the story's branch holds of the product; nothing where it has none any more. */
const workOf = async (
  world: World,
  { story, baseline }: Pick<KeepProgress, "story" | "baseline">,
): Promise<readonly Changed[]> => {
  if (baseline === undefined || world.run.config.isolation === "shared") return [];
  const cwd = world.repository.commonDirectory;
  const head = `refs/heads/${branchOf(world, story)}`;
  try {
    const files = await listChanges(baseline, head, { cwd });
    const product = new Set(
      productPaths(
        files.map(({ path }) => path),
        world.keptFiles.ownedPaths,
      ),
    );
    return files
      .filter(({ path }) => product.has(path))
      .map(({ path, status }) => ({ path: fromProject(world, path), status }));
  } catch {
    return [];
  }
};

/**
 * The last words of a story in its worktree, for its landing to carry: that it is done, and all that was told before, the
 * entry of its last phase included, which may be just being written.
 */
export const writeLandingProgress = (world: World, effect: LandingProgress, place: Place): Promise<void> =>
  world.keptFiles.alone(() => writeLast(world, effect, place));

type LandingProgress = Required<Pick<Land, "phases">> & Pick<Land, "story" | "commit" | "baseline">;

const writeLast = async (world: World, effect: LandingProgress, place: Place): Promise<void> => {
  const told = completionsIn(world, world.run.project);
  if (told === undefined) return;
  const { story, phases, commit } = effect;
  const { projectPath } = place;
  const name = artifactName(world, story, "progress");
  const filesChanged = countOf(await workOf(world, effect));
  const facts = {
    known: await knownProgress(world, { ...effect, place, filesChanged }),
    phase: undefined,
    phases,
    outcome: "done" as const,
    commits: commit === undefined ? [] : [commit],
    startedAt: await startedAtIn(join(told, name)),
    nowMs: world.now(),
  };
  await writeArtifact(world, projectPath, story, "progress", progressText(artifactKeyOf(story, keysOf(world)), facts));
  const log = await readOrNone(join(told, artifactName(world, story, "narrative")));
  if (log !== undefined) await writeArtifact(world, projectPath, story, "narrative", Buffer.from(log).toString("utf8"));
};

/** An entry in the form of formats.md 4.5. An effect that is done again after a crash may tell a phase twice. */
const narrate = async (path: string, effect: KeepProgress, files: readonly Changed[], nowMs: number): Promise<void> => {
  const stats = await lstat(path).catch(() => undefined);
  if (stats !== undefined && !stats.isFile()) return;
  await mkdir(dirname(path), { recursive: true });
  await appendFile(path, `${entryOf(effect, files, nowMs).join("\n")}\n`);
};

const entryOf = ({ phase, outcome }: KeepProgress, files: readonly Changed[], nowMs: number): string[] => {
  const time = new Date(nowMs).toTimeString().slice(0, 5);
  if (outcome !== undefined) return [`[${time}] ${phase} — the story is ${outcome}`];
  if (files.length === 0) return [`[${time}] ${phase} DONE — ended`];
  const created = files.filter(({ status }) => status === "A").length;
  const header = `[${time}] ${phase} DONE — ${created} new, ${files.length - created} modified (${counted(files.length, "file")})`;
  const details = files
    .slice(0, NAMED_MAX)
    .map(({ path, status }) => `  ${status === "A" ? "+" : "~"} ${plainLine(path)}`);
  return [header, ...details];
};
