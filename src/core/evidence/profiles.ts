import type { Config } from "../model/config.ts";
import type { CheckName } from "./evidence.ts";

/** A named list of checks. */
export interface EvidenceProfile {
  readonly name: string;
  readonly checks: readonly CheckName[];
  /** `thresholds`: a share of the tasks is enough, as `evidence.thresholds` says. */
  readonly tasks: "all" | "thresholds";
}

const PROFILES: Readonly<Record<Exclude<Config["evidence"]["profile"], "auto">, EvidenceProfile>> = {
  /** The end of the turn alone decides. */
  none: { name: "none", checks: [], tasks: "all" },
  "story-file": { name: "story-file", checks: ["work", "committed", "commit", "tasks", "gates"], tasks: "all" },
  /** Artifacts are looked at besides. */
  pantheon: { name: "pantheon", checks: ["work", "committed", "commit", "tasks", "gates"], tasks: "thresholds" },
};

/** What of a story is looked at: all of it, its work with the ticks left to a later phase, or its file alone. */
export type EvidencePart = "all" | "work" | "story";

const PARTS: Readonly<Record<EvidencePart, ReadonlySet<CheckName>>> = {
  all: new Set<CheckName>(["work", "committed", "commit", "tasks", "gates"]),
  work: new Set<CheckName>(["work", "committed", "commit", "gates"]),
  story: new Set<CheckName>(["work", "committed", "tasks"]),
};

/** The checks of a profile that are made for a part. */
export const checksOf = ({ checks }: EvidenceProfile, part: EvidencePart): readonly CheckName[] =>
  checks.filter((check) => PARTS[part].has(check));

/** The profile that a configuration asks for; one that leaves it open means the story file's. */
export const evidenceProfile = (settings: Pick<Config["evidence"], "profile" | "tasks">): EvidenceProfile => {
  const profile = PROFILES[settings.profile === "auto" ? "story-file" : settings.profile];
  return { ...profile, tasks: settings.tasks ?? profile.tasks };
};
