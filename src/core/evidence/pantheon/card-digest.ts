import type { BuilderArtifact } from "./builder.ts";
import { findCitations } from "./citations.ts";
import { present } from "./fields.ts";
import type { NarrativeSummary } from "./narrative-summary.ts";
import { artifactsOf, type ReadArtifact } from "./read-artifact.ts";

/** A file of a card. */
export interface DigestFile {
  readonly path: string;
  readonly kind: "created" | "modified";
  /** `22-89`. */
  readonly lines?: string;
  readonly why?: string;
}

/** What the artifacts of a story say for its card: claims all. Unknown is absent, never 0. */
export interface CardDigest {
  readonly files: readonly DigestFile[];
  /** Tests that were added. */
  readonly tests?: number;
  /** `87.3%`. */
  readonly coverage?: string;
  readonly issuesFound?: number;
  readonly issuesFixed?: number;
  /** Rounds of repair. */
  readonly iterations?: number;
  readonly commit?: string;
}

/** Files that a card is given. */
const FILES_MAX = 1_000;

/**
 * What a card shows of a story's artifacts and its narrative log. Of the same number in several places that of the
 * progress artifact counts, then the report's, then those of the artifacts it was made from.
 */
export const digestArtifacts = (artifacts: readonly ReadArtifact[], narrative?: NarrativeSummary): CardDigest => {
  const progress = artifactsOf(artifacts, "progress")[0]?.value;
  const metrics = progress?.metrics;
  const hermes = artifactsOf(artifacts, "hermes")[0]?.value;
  const builders = artifactsOf(artifacts, "builder").map(({ value }) => value);
  const reviews = artifactsOf(artifacts, "review").map(({ value }) => value);
  const coverages = [
    metrics?.coverage,
    hermes?.coverage,
    ...builders.map(({ tests }) => tests?.coverage),
    ...reviews.map(({ coverage }) => coverage),
  ];
  const coverage = coverages.find((each) => each !== undefined);
  const refine = progress?.phases.find(({ name }) => name === "REFINE");
  return present({
    files: filesOf(builders, narrative).slice(0, FILES_MAX),
    tests:
      metrics?.testsAdded ??
      hermes?.testsAdded ??
      builders.find(({ tests }) => tests?.total !== undefined)?.tests?.total,
    coverage: coverage === undefined ? undefined : `${coverage}%`,
    issuesFound: metrics?.issuesFound ?? hermes?.issuesFound ?? issuesIn(artifacts),
    issuesFixed: metrics?.fixesApplied ?? hermes?.issuesFixed,
    iterations: metrics?.iterations ?? refine?.iterations,
    commit: metrics?.commit ?? hashIn(progress?.commits.at(-1)) ?? narrative?.commit,
  });
};

/** What triage upheld, or else what the reviewers found; unknown without either. */
const issuesIn = (artifacts: readonly ReadArtifact[]): number | undefined => {
  const triage = artifactsOf(artifacts, "themis").find(({ value }) => value.hasTriage);
  if (triage !== undefined) return triage.value.findings.filter(({ isDismissed }) => !isDismissed).length;
  const reviews = artifactsOf(artifacts, "review").filter(({ value }) => value.hasList);
  if (reviews.length === 0) return undefined;
  return reviews.reduce((sum, { value }) => sum + value.findings.length, 0);
};

/** The narrative's files with their reasons first, then those that the builders name besides, with a reason from a citation. */
const filesOf = (
  builders: readonly BuilderArtifact[],
  narrative: NarrativeSummary | undefined,
): readonly DigestFile[] => {
  const files = new Map<string, DigestFile>((narrative?.files ?? []).map((file) => [file.path, file]));
  const reasons = new Map<string, string>();
  for (const { evidence = "" } of builders.flatMap(({ tasks }) => tasks)) {
    const why = /\s(?:—|–|--?)\s+(\S.*)$/m.exec(evidence)?.[1];
    for (const { path } of why === undefined ? [] : findCitations(evidence)) reasons.set(path, why ?? "");
  }
  const name = (kind: DigestFile["kind"], path: string): void => {
    if (!files.has(path)) files.set(path, { path, kind, ...present({ why: reasons.get(path) }) });
  };
  for (const { filesCreated, filesModified } of builders) {
    for (const path of filesCreated) name("created", path);
    for (const path of filesModified) name("modified", path);
  }
  return [...files.values()];
};

/** The hash in a commit's line, in whichever form; the line itself where it has none. */
const hashIn = (commit: string | undefined): string | undefined =>
  commit === undefined ? undefined : (/\b[0-9a-f]{7,40}\b/i.exec(commit)?.[0] ?? commit);
