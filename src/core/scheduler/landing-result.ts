import type { CriteriaLedger } from "../model/criteria.ts";
import { plainLine } from "../model/plain-text.ts";
import type { GateResult } from "./effects.ts";

/** What became of a landing. */
export type LandingResult =
  /** Without a commit where the story changed nothing. */
  | {
      readonly kind: "landed";
      readonly commit?: string;
      readonly notes: readonly string[];
      /** Gates that were run on the merged tree. */
      readonly gates?: readonly GateResult[];
      /** Set where the checks of acceptance criteria were run on the merged tree. */
      readonly criteria?: CriteriaLedger;
    }
  | LandingRefusal;

/** Why finished work did not land. */
export type LandingRefusal = (
  | { readonly kind: "conflict"; readonly files: readonly string[]; readonly message: string }
  | {
      readonly kind: "gate-red";
      readonly gate: string;
      /** The acceptance criterion whose check this is; unset for a gate of the project. */
      readonly criterion?: string;
      readonly tail: readonly string[];
    }
) & {
  /** The commit that it was to land on; unset where merging with it would not help. */
  readonly onto?: string;
  /** What a person can do about it, line by line. */
  readonly steps?: readonly string[];
};

/** What is red on a merged tree, in words that start a sentence or go on with one. */
export const redWords = ({ gate, criterion }: Extract<LandingRefusal, { kind: "gate-red" }>): string =>
  criterion === undefined
    ? `the gate ${plainLine(gate)} is red on the merged tree`
    : `the check of acceptance criterion ${plainLine(criterion)} does not pass on the merged tree`;
