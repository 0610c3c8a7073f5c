import { realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { mapBounded } from "../../backlog/read-project.ts";
import { couldBeAlreadyDone } from "../../evidence/already-done.ts";
import {
  ALL_EVIDENCE,
  type AskedEvidence,
  checkArtifacts,
  citationsToCheck,
  type MissingArtifact,
} from "../../evidence/pantheon/acceptance.ts";
import { type CardDigest, digestArtifacts } from "../../evidence/pantheon/card-digest.ts";
import { checkCitations } from "../../evidence/pantheon/citations.ts";
import { type HandedOn, handedOn } from "../../evidence/pantheon/handed-on.ts";
import type { TaskFacts } from "../../evidence/task-thresholds.ts";
import { readPlainFile } from "../../files/read-plain-file.ts";
import { turnPhases } from "../../model/pipeline.ts";
import type { BuildClaim, RejectedArtifacts } from "../../model/review.ts";
import type { CheckEvidence } from "../../scheduler/effects.ts";
import { isWorker } from "../performers/turn-permission.ts";
import { type Place, storyIn, type World } from "../performers/world.ts";
import { readWorkArtifacts } from "./remember-left.ts";
import { keysOf } from "./story-artifacts.ts";

/** Bytes of a cited file in which lines are counted. */
const CITED_BYTES_MAX = 8 * 1024 * 1024;

/** What artifacts come to. */
export interface AcceptedArtifacts {
  readonly rejected?: RejectedArtifacts;
  readonly notes: readonly string[];
  readonly claim?: BuildClaim;
  /** Of a worker, where nothing is missing. */
  readonly handedOn?: HandedOn;
}

/**
 * Looks at the artifacts that the phase's agent has to leave (profile `pantheon`). A worker leaves all of them; where
 * storyboard leads the phases itself it writes the others, and the builder's alone is asked for.
 */
export const acceptArtifacts = async (
  world: World,
  effect: CheckEvidence,
  place: Place,
  tasks: TaskFacts | undefined,
): Promise<AcceptedArtifacts> => {
  const asked = askedOfPhase(world, effect);
  if (world.run.config.evidence.profile !== "pantheon" || asked.length === 0) return { notes: [] };
  const { artifacts, narrative } = await readWorkArtifacts(world, place, effect.story, effect.baseline);
  const root = await realpath(place.projectPath);
  const citationProblems = await checkCitations(citationsToCheck(artifacts), {
    linesOf: (paths) => mapBounded(paths, (path) => linesOf(root, path)),
  });
  const { missing, notes } = checkArtifacts({
    key: effect.story,
    keys: keysOf(world),
    asked,
    artifacts,
    // The check of commits has its own words for that.
    hasCommit: true,
    citationProblems,
    // Its worker ended with work, whatever the artifact says.
    notDoneBefore: hadOpenTasks(world, effect) ?? "there is work of the story",
    ...(tasks === undefined ? {} : { tasks }),
  });
  return {
    ...(missing.length === 0 ? {} : { rejected: rejectedBy(missing) }),
    notes,
    claim: claimOf(digestArtifacts(artifacts, narrative)),
    ...(missing.length === 0 && isWorker(world, effect) ? { handedOn: handedOn(artifacts) } : {}),
  };
};

/** What is missing where a worker says that its story was done before: it leaves the progress artifact, and says so there. */
export const missingWhenDone = async (
  world: World,
  effect: CheckEvidence,
  place: Place,
): Promise<readonly string[]> => {
  if (world.run.config.evidence.profile !== "pantheon" || !isWorker(world, effect)) return [];
  const { artifacts } = await readWorkArtifacts(world, place, effect.story, effect.baseline);
  const input = { key: effect.story, keys: keysOf(world), artifacts, hasCommit: true, citationProblems: [] };
  const notDoneBefore = hadOpenTasks(world, effect);
  const { missing } = checkArtifacts({
    ...input,
    asked: ["progress"],
    ...(notDoneBefore === undefined ? {} : { notDoneBefore }),
  });
  return missing.map(({ message }) => message);
};

const hadOpenTasks = (world: World, { story }: CheckEvidence): string | undefined =>
  couldBeAlreadyDone(storyIn(world, story)) ? undefined : "the story had open tasks";

/** What artifacts say of the work, as an agent's closing block would. */
export const claimOf = (digest: CardDigest): BuildClaim => {
  const { files, tests, coverage, issuesFound, issuesFixed, iterations } = digest;
  return {
    files: files.map(({ path, lines, why }) => ({
      path,
      ...(lines === undefined ? {} : { lines }),
      ...(why === undefined ? {} : { why }),
    })),
    ...(tests === undefined ? {} : { testsAdded: tests }),
    ...(coverage === undefined ? {} : { coverage }),
    ...(issuesFound === undefined ? {} : { issues: { found: issuesFound, fixed: issuesFixed ?? issuesFound } }),
    ...(iterations === undefined ? {} : { iterations }),
  };
};

/** What a worker leaves besides its commit. */
const OF_WORKER: readonly AskedEvidence[] = ALL_EVIDENCE.filter((each) => each !== "commit");

const askedOfPhase = ({ run }: World, effect: CheckEvidence): readonly AskedEvidence[] => {
  const phase = turnPhases(run.policy.pipeline).find(({ name }) => name === effect.phase);
  if (phase?.prompt === "worker") return OF_WORKER;
  return phase?.evidence === "work" ? ["builder"] : [];
};

const rejectedBy = (missing: readonly MissingArtifact[]): RejectedArtifacts => ({
  artifacts: missing.map(({ message }) => message),
  phases: [...new Set(missing.map(({ phase }) => phase))],
});

/** Lines of a file of the project, whose real path is `root`; undefined where it is none, or leads outside. */
const linesOf = async (root: string, path: string): Promise<number | undefined> => {
  try {
    const file = await realpath(join(root, path));
    if (!file.startsWith(root + sep)) return undefined;
    const read = await readPlainFile(file, CITED_BYTES_MAX);
    return read === undefined ? undefined : countLines(read.bytes);
  } catch {
    return undefined;
  }
};

const LINE_FEED = 10;

/** A last line without a line feed counts. */
const countLines = (bytes: Uint8Array): number => {
  let count = 0;
  for (const byte of bytes) if (byte === LINE_FEED) count++;
  return bytes.length > 0 && bytes.at(-1) !== LINE_FEED ? count + 1 : count;
};
