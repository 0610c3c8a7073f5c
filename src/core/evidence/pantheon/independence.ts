import { BUILDER_NAMES } from "./artifact-names.ts";
import type { ReadArtifact } from "./read-artifact.ts";

type Reading<K extends ReadArtifact["kind"]> = Extract<ReadArtifact, { kind: K }>;

/**
 * Why a review is not independent of the builder, with its file; undefined where it is. It is not where its `agent` is a
 * builder's persona of this story or of Pantheon's builders, or where it says what the builder's artifact says.
 */
export const independenceProblem = (
  review: Reading<"review">,
  builders: readonly Reading<"builder">[],
): string | undefined => {
  const agent = nameOf(review.value.agent);
  const names = [...BUILDER_NAMES, ...builders.map(({ value }) => nameOf(value.agent))];
  if (agent !== "" && names.includes(agent)) return `${review.file}: review written by the builder '${agent}'`;
  const same = builders.find(({ content }) => content === review.content);
  return same === undefined
    ? undefined
    : `${review.file}: review written by the builder, its content is ${same.file}'s`;
};

/** `Metis (builder)` and `forged:metis` are `metis`. */
const nameOf = (agent: string | undefined): string =>
  /[a-z][a-z0-9_-]*/.exec((agent ?? "").toLowerCase().replace(/^forged:/, ""))?.[0] ?? "";
