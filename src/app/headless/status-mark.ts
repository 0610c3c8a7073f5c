import type { PhaseName } from "../../core/model/pipeline.ts";
import type { Outcome } from "../../core/scheduler/events.ts";
import type { StoryState } from "../../core/scheduler/state.ts";

/** The emoji of the phases (product.md, The screen); none needs a variation selector. */
const PHASE_MARKS: Readonly<Record<PhaseName, string>> = {
  PREPARE: "📋",
  BUILD: "🔨",
  VERIFY: "🔍",
  ASSESS: "⚖",
  REFINE: "🔧",
  COMMIT: "📦",
  REFLECT: "💎",
  PLAN: "📋",
  WORK: "🔨",
  LAND: "📦",
  STARTING: "⏳",
};

/** The emoji of a phase; one of its own for a phase that only the project knows. */
export const phaseMark = (phase: PhaseName): string => PHASE_MARKS[phase] ?? "🔷";

const OUTCOMES: Readonly<Record<Outcome, { readonly mark: string; readonly word: string }>> = {
  done: { mark: "✅", word: "DONE" },
  "already-done": { mark: "⏭", word: "SKIPPED" },
  failed: { mark: "❌", word: "FAILED" },
  blocked: { mark: "⛔", word: "BLOCKED" },
  skipped: { mark: "⏭", word: "SKIPPED" },
  parked: { mark: "❓", word: "PARKED" },
  "awaiting-operator": { mark: "👤", word: "OPERATOR" },
};

/**
 * How a story is marked in a table: its phase while it runs, its outcome once it has ended. `narrated` is the phase that
 * its agent tells itself.
 */
export const statusMark = (
  story: StoryState,
  narrated?: PhaseName,
): { readonly mark: string; readonly word: string } => {
  switch (story.stage) {
    case "ended":
      return OUTCOMES[story.outcome ?? "failed"];
    case "parked":
      return { mark: "❓", word: "WAITS" };
    case "queued":
      return { mark: phaseMark("STARTING"), word: "QUEUED" };
    case "running":
    case "landing": {
      const phase = narrated ?? story.phase ?? "STARTING";
      return { mark: phaseMark(phase), word: phase };
    }
  }
};
