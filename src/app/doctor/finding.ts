import { UserError } from "../../core/model/user-error.ts";

/** What a finding is about; also the order in which they are shown. */
export const AREAS = [
  "agents",
  "git",
  "run",
  "configuration",
  "backlog",
  "gates",
  "set-up",
  "worktrees",
  "node",
  "terminal",
  "notify",
] as const;

/** Part of the machine contract: names are added, never changed. */
export type Area = (typeof AREAS)[number];

/** Something that the doctor looked at. `problem` keeps a run from starting; `note` is worth knowing. */
export interface Finding {
  readonly area: Area;
  /** What was looked at, in a word or two: a profile, a program, `version`. */
  readonly subject: string;
  readonly state: "ok" | "note" | "problem";
  readonly text: string;
  /** What a person does next; a step a line. */
  readonly remedy?: string;
}

/** Runs a check. What only a person can put right is its finding, not its end. */
export const examine = async <T>(
  place: Pick<Finding, "area" | "subject">,
  check: () => Promise<T> | T,
): Promise<{ readonly found?: T; readonly problems: readonly Finding[] }> => {
  try {
    return { found: await check(), problems: [] };
  } catch (error) {
    if (error instanceof UserError) return { problems: [problemOf(place, error)] };
    throw error;
  }
};

/** The finding that a refusal stands for. */
export const problemOf = (place: Pick<Finding, "area" | "subject">, error: UserError): Finding => ({
  ...place,
  state: "problem",
  text: error.message,
  ...(error.nextSteps.length === 0 ? {} : { remedy: error.nextSteps.join("\n") }),
});
