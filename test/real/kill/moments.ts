import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { KillableSprint, Lead } from "./sprint.ts";

/** When a lead is killed: some time after it started, or after it journaled the nth event of a type. */
export type Moment =
  | { readonly kind: "time"; readonly afterMs: number }
  | { readonly kind: "event"; readonly type: string; readonly nth: number; readonly afterMs: number };

/**
 * Each names a step of the work, in the order of a sprint's life: what follows it is under way when the lead is killed a
 * few milliseconds later.
 */
const STEPS = [
  "baseline.requested",
  "workspace.requested",
  "turn.started",
  "turn.ended",
  "run.resumed",
  "evidence.requested",
  "status.requested",
  "landing.requested",
  "landing.ended",
  "story.ended",
  "release.requested",
  "finish.requested",
] as const;

/** Steps that a lead sees more than once. */
const MANY: ReadonlySet<string> = new Set(["turn.started", "turn.ended", "evidence.requested", "status.requested"]);

/** Longest time between a step and the kill, in milliseconds: a landing takes about this long. */
const AFTER_STEP_MS = 120;
/** The same after a landing: the target follows a while later. */
const AFTER_LANDING_MS = 250;
/** Longest life of a lead that is killed at a time. */
const LIFE_MS = 1_500;

/** Moments that hit every kind of step: each step in turn, and every third one at some time. The same for the same seed. */
export const momentsOf = (seed: number, count: number): Moment[] => {
  const luck = luckOf(seed);
  const offset = Math.floor(luck() * STEPS.length);
  return Array.from({ length: count }, (_, i) => {
    if (i % 3 === 2) return { kind: "time", afterMs: Math.floor(luck() * LIFE_MS) };
    const type = STEPS[(offset + i - Math.floor(i / 3)) % STEPS.length] ?? "turn.ended";
    // Half of them at once, when the effect has just begun.
    const longestMs = type === "landing.ended" || type === "story.ended" ? AFTER_LANDING_MS : AFTER_STEP_MS;
    const afterMs = Math.floor(luck() * (luck() < 0.5 ? 5 : longestMs));
    const nth = MANY.has(type) && luck() < 0.4 ? 2 : 1;
    return { kind: "event", type, nth, afterMs };
  });
};

/** A small generator of numbers in [0, 1) (mulberry32). */
const luckOf = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/**
 * Waits for the moment and kills the lead, with the screen before it where one is given. Returns false when the lead ended
 * by itself before.
 */
export const killAt = async (
  sprint: KillableSprint,
  lead: Lead,
  moment: Moment,
  screen?: { close(): void },
): Promise<boolean> => {
  const start = Date.now();
  const before = sizeOf(sprint);
  let seenAt: number | undefined;
  while (!lead.isOver) {
    seenAt ??= hasCome(sprint, before, moment) ? Date.now() : undefined;
    if (seenAt !== undefined && Date.now() >= (moment.kind === "time" ? start : seenAt) + moment.afterMs) break;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  screen?.close();
  return lead.kill();
};

const hasCome = (sprint: KillableSprint, before: number, moment: Moment): boolean => {
  if (moment.kind === "time") return true;
  if (sizeOf(sprint) <= before) return false;
  const since = Buffer.from(sprint.journal()).subarray(before).toString();
  return since.split(`"event":{"type":"${moment.type}"`).length > moment.nth;
};

const sizeOf = (sprint: KillableSprint): number => {
  const file = join(sprint.runFolder, "journal.jsonl");
  return existsSync(file) ? statSync(file).size : 0;
};
