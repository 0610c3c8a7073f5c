import type { Config } from "../model/config.ts";
import { UserError } from "../model/user-error.ts";
import type { CheckName } from "./evidence.ts";

/** A named list of checks. */
export interface EvidenceProfile {
  readonly name: string;
  readonly checks: readonly CheckName[];
  /** `thresholds`: none ticked is missing evidence, fewer than half is accepted with a warning. */
  readonly tasks: "all" | "thresholds";
}

const PROFILES: Readonly<Record<string, EvidenceProfile>> = {
  /** The end of the turn alone decides. */
  none: { name: "none", checks: [], tasks: "all" },
  "story-file": { name: "story-file", checks: ["work", "committed", "commit", "tasks", "gates"], tasks: "all" },
};

/** The profile that a configuration asks for. Throws a UserError where this version has no such profile. */
export const evidenceProfile = (settings: Pick<Config["evidence"], "profile" | "tasks">): EvidenceProfile => {
  const profile = PROFILES[settings.profile];
  if (profile === undefined) {
    throw new UserError(`evidence.profile: ${settings.profile} is not supported in this version yet`, [
      `Set evidence.profile to one of: ${Object.keys(PROFILES).join(", ")}.`,
    ]);
  }
  return { ...profile, tasks: settings.tasks ?? profile.tasks };
};
