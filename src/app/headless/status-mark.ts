import type { PhaseName } from "../../core/model/pipeline.ts";
import type { Outcome } from "../../core/scheduler/events.ts";
import type { StoryState } from "../../core/scheduler/state.ts";

/** The emoji of the phases (product.md, The screen); none needs a variation selector. */
export const PHASE_MARKS: Readonly<Record<PhaseName | "STARTING", string>> = {
  PREPARE: "📋",
  BUILD: "🔨",
  VERIFY: "🔍",
  ASSESS: "⚖",
  REFINE: "🔧",
  COMMIT: "📦",
  REFLECT: "💎",
  STARTING: "⏳",
};

const OUTCOMES: Readonly<Record<Outcome, { readonly mark: string; readonly word: string }>> = {
  done: { mark: "✅", word: "DONE" },
  "already-done": { mark: "⏭", word: "SKIPPED" },
  failed: { mark: "❌", word: "FAILED" },
  blocked: { mark: "⛔", word: "BLOCKED" },
  skipped: { mark: "⏭", word: "SKIPPED" },
  parked: { mark: "❓", word: "PARKED" },
  "awaiting-operator": { mark: "👤", word: "OPERATOR" },
};

/** How a story is marked in a table: its phase while it runs, its outcome once it has ended. */
export const statusMark = (story: StoryState): { readonly mark: string; readonly word: string } => {
  switch (story.stage) {
    case "ended":
      return OUTCOMES[story.outcome ?? "failed"];
    case "parked":
      return { mark: "❓", word: "WAITS" };
    case "queued":
      return { mark: PHASE_MARKS.STARTING, word: "QUEUED" };
    case "running":
    case "landing": {
      const phase = story.phase ?? "STARTING";
      return { mark: PHASE_MARKS[phase], word: phase };
    }
  }
};
