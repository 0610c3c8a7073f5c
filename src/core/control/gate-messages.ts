import type { StoryKey } from "../model/story-key.ts";

/** A gate that somebody wants to be run. */
export interface GateAsk {
  /** Its name, or a word for several (`full`). */
  readonly gate: string;
  /** Absolute folder of the asker: the working copy that it lies in is what the gate runs on. */
  readonly folder: string;
  /** The story whose agent asks. */
  readonly story?: StoryKey;
}

/** How far a gate is. The last lines it printed are plain text; what comes too fast is left out. */
export type GateProgress =
  | { readonly kind: "queued"; readonly name: string; readonly ahead: number }
  | { readonly kind: "running"; readonly name: string; readonly lines: readonly string[] };

/** How one gate ended. */
export interface GateReport {
  readonly name: string;
  /** `CUT`: it was stopped, and says nothing about the work. */
  readonly status: "PASS" | "FAIL" | "CUT";
  readonly duration_ms: number;
  /** Whether the result is an earlier run's on the same files. */
  readonly cached: boolean;
  /** The stories whose agents shared the run. */
  readonly requested_by: readonly StoryKey[];
  /** What it printed, its middle left out where it is long. */
  readonly tail: readonly string[];
  /** The file that holds all of it; that of a cached result may be gone. */
  readonly output: string;
  /** What a reader should know besides. */
  readonly note?: string;
}

/** What a request for gates came to; there is one for every request. */
export type GateAnswer =
  | { readonly kind: "reports"; readonly reports: readonly GateReport[] }
  /** It cannot be asked like this. */
  | { readonly kind: "refused"; readonly message: string; readonly steps: readonly string[] }
  /** Gates are not coordinated in this run. */
  | { readonly kind: "off" }
  /** Nothing came of it: the run ends, or something of ours broke. */
  | { readonly kind: "cut"; readonly reason: string };
