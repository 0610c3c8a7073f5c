import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type ArtifactFile, findArtifacts } from "../../evidence/pantheon/artifact-names.ts";
import { createNarrative } from "../../evidence/pantheon/narrative.ts";
import { type NarrativeSummary, summarizeNarrative } from "../../evidence/pantheon/narrative-summary.ts";
import { type ReadArtifact, readArtifact } from "../../evidence/pantheon/read-artifact.ts";
import { readPlainFile } from "../../files/read-plain-file.ts";
import type { StoryKey } from "../../model/story-key.ts";
import { git } from "../../workspace/git.ts";
import type { Place, World } from "../performers/world.ts";
import { isLeft, type LeftArtifacts, lengthLeft } from "./left-artifacts.ts";

/** Bytes of one artifact that are read. */
export const ARTIFACT_BYTES_MAX = 1024 * 1024;
/** Names of a completions folder that are looked at. */
const NAMES_MAX = 20_000;

/** What an agent left about a story in the completions folder. */
export interface StoryArtifacts {
  readonly artifacts: readonly ReadArtifact[];
  readonly narrative: NarrativeSummary | undefined;
}

/** A file of the completions folder with its bytes. */
export interface ArtifactBytes extends ArtifactFile {
  readonly bytes: Uint8Array;
}

/** The completions folder below a project folder; undefined where the run has none. */
export const completionsIn = (world: World, projectPath: string): string | undefined =>
  world.run.completions === undefined ? undefined : join(projectPath, world.run.completions);

/** How the folder stood before: what git has of it, a commit or tree, and what lay there. */
export interface BeforeArtifacts {
  readonly commit: string | undefined;
  readonly left: LeftArtifacts;
}

/**
 * Reads what is there of a story. What stood there before, and was not touched since, is no evidence of what came after:
 * it comes back as unusable.
 */
export const readStoryArtifacts = async (
  world: World,
  place: Place,
  key: StoryKey,
  { commit, left }: BeforeArtifacts,
): Promise<StoryArtifacts> => {
  const folder = completionsIn(world, place.projectPath);
  if (folder === undefined) return { artifacts: [], narrative: undefined };
  const keys = keysOf(world);
  const files = await readArtifactFiles(folder, key, keys);
  const before = commit === undefined ? new Map() : await blobsAt(world, place, commit);
  const wasThere = (file: ArtifactBytes): boolean =>
    isLeft(left, file) || before.get(file.file) === blobId(file.bytes, before);
  const artifacts = files.flatMap((file): ReadArtifact[] => {
    if (file.kind === "narrative" || file.kind === "summary") return [];
    if (wasThere(file)) {
      return [{ kind: "unusable", named: file.kind, file: file.file, problem: `${file.file}: left by an earlier run` }];
    }
    return [readArtifact(file, Buffer.from(file.bytes).toString("utf8"), key, keys)];
  });
  const log = files.find(({ kind }) => kind === "narrative");
  if (log === undefined || wasThere(log)) return { artifacts, narrative: undefined };
  const told = before.has(log.file) ? await textAt(world, place, commit ?? "HEAD", log.file) : "";
  const since = Buffer.from(log.bytes.subarray(lengthLeft(left, log))).toString("utf8");
  return { artifacts, narrative: narrativeOf(since, told) };
};

/** The bytes of a story's files in a completions folder, those beyond a bound and what is no plain file left out. */
export const readArtifactFiles = async (
  folder: string,
  key: StoryKey,
  keys: readonly StoryKey[],
): Promise<readonly ArtifactBytes[]> => readFound(folder, findArtifacts(await namesIn(folder), key, keys));

/** Names of the plain files of a completions folder, bounded; none where there is no such folder. */
export const namesIn = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  return names.slice(0, NAMES_MAX);
};

/** Found files with their bytes; one that is gone or a link is left out. */
export const readFound = async (folder: string, found: readonly ArtifactFile[]): Promise<readonly ArtifactBytes[]> => {
  const files: ArtifactBytes[] = [];
  for (const file of found) {
    const read = await readPlainFile(join(folder, file.file), ARTIFACT_BYTES_MAX);
    if (read !== undefined) files.push({ ...file, bytes: read.bytes });
  }
  return files;
};

/** Every key of the run's backlog. */
export const keysOf = ({ run }: World): readonly StoryKey[] => run.stories.map(({ key }) => key);

/** Without what an earlier run told, where the log goes on with it. */
const narrativeOf = (log: string, told: string): NarrativeSummary => {
  const narrative = createNarrative();
  narrative.push(log.startsWith(told) ? log.slice(told.length) : log);
  narrative.end();
  return summarizeNarrative(narrative.entries);
};

/** The ids of the folder's files at a commit, by name. */
const blobsAt = async (world: World, place: Place, commit: string): Promise<ReadonlyMap<string, string>> => {
  const folder = `${world.repository.prefix}${world.run.completions}/`;
  const { stdout } = await git(["ls-tree", "-z", commit, "--", folder], { cwd: place.path, allowFailure: true });
  return new Map(
    stdout.split("\0").flatMap((line) => {
      const match = /^\S+ blob ([0-9a-f]+)\t(?:.*\/)?([^/]+)$/s.exec(line);
      return match?.[1] === undefined || match[2] === undefined ? [] : [[match[2], match[1]] as const];
    }),
  );
};

/** The text of one of the folder's files at a commit; empty where it cannot be read. */
const textAt = async (world: World, place: Place, commit: string, file: string): Promise<string> => {
  const path = `${world.repository.prefix}${world.run.completions}/${file}`;
  const { stdout } = await git(["cat-file", "blob", `${commit}:${path}`], { cwd: place.path, allowFailure: true });
  return stdout;
};

/** Git's id of some bytes, by the hash that the other ids have. */
const blobId = (bytes: Uint8Array, others: ReadonlyMap<string, string>): string => {
  const [known = ""] = others.values();
  return createHash(known.length > 40 ? "sha256" : "sha1")
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest("hex");
};
