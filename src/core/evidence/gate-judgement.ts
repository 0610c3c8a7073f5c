import type { GateOutcome } from "./evidence.ts";

/** Lines of a red gate's output that go into a message. */
const TAIL_LINES_MAX = 20;

/** The gates of a story, told apart by whom a red one is held against. */
export interface GateJudgement {
  readonly green: readonly GateOutcome[];
  /** Held against the story. */
  readonly red: readonly GateOutcome[];
  /** Red, but so they were on the baseline. */
  readonly excused: readonly GateOutcome[];
}

/** Judges gates against the baseline. One that was cut off is held against the story whatever it was before. */
export const judgeGates = (after: readonly GateOutcome[], baselineRed: ReadonlySet<string>): GateJudgement => {
  const isExcused = (gate: GateOutcome): boolean => gate.cut === undefined && baselineRed.has(gate.name);
  const failed = after.filter((gate) => !gate.ok || gate.cut !== undefined);
  return {
    green: after.filter((gate) => !failed.includes(gate)),
    red: failed.filter((gate) => !isExcused(gate)),
    excused: failed.filter(isExcused),
  };
};

/** Names a red gate with the last lines it printed, for the agent. */
export const describeRedGate = (gate: GateOutcome): string => {
  const what = gate.cut === undefined ? `gate '${gate.name}' fails` : `gate '${gate.name}' was cut off: ${gate.cut}`;
  const lines = gate.tail.slice(-TAIL_LINES_MAX);
  return lines.length === 0 ? `${what}; it printed nothing` : [`${what}; its last lines:`, ...lines].join("\n");
};
