import type { Size } from "../../src/components/props.ts";
import type { Outcome } from "../../src/core/scheduler/events.ts";
import type { RunState, StoryStage } from "../../src/core/scheduler/state.ts";

/** Numbers by what they count. */
export type Numbers = Readonly<Record<string, number>>;

/** How each number stands in a header. */
const PATTERNS: Readonly<Record<string, RegExp>> = {
  succeeded: /(\d+)\/\d+ done/,
  total: /\d+\/(\d+) done/,
  failed: /(\d+) failed/,
  blocked: /(\d+) blocked/,
  skipped: /(\d+) skipped/,
  parked: /(\d+) parked/,
  waiting: /(\d+) waits? for you/,
  awaiting: /(\d+) left for you/,
  running: /(\d+) running/,
  queue: /queue (\d+)|(\d+) queued/,
  busy: /workers (\d+)\//,
  effective: /workers \d+\/(\d+)/,
  max: /\(max (\d+)\)/,
};

/** Numbers that not every header has room or reason for. */
const OPTIONAL: ReadonlySet<string> = new Set(["busy", "effective", "max", "queue", "running"]);

/** The numbers that a header names. */
const numbersIn = (header: string): Numbers =>
  Object.fromEntries(
    Object.entries(PATTERNS).flatMap(([name, pattern]) => {
      const match = pattern.exec(header);
      return match === null ? [] : [[name, Number(match[1] ?? match[2])] as const];
    }),
  );

/** The numbers of a run, as a header must name them: counted story by story, not by the tallies that headers go by. */
export const numbersOf = (state: RunState): Numbers => {
  const stories = [...state.stories.values()];
  const at = (...stages: readonly StoryStage[]): number => stories.filter(({ stage }) => stages.includes(stage)).length;
  const ended = (...outcomes: readonly Outcome[]): number =>
    stories.filter(({ stage, outcome }) => stage === "ended" && outcome !== undefined && outcomes.includes(outcome))
      .length;
  const running = at("running", "landing");
  return {
    succeeded: ended("done", "already-done", "awaiting-operator"),
    total: stories.length,
    failed: ended("failed"),
    blocked: ended("blocked"),
    skipped: ended("skipped"),
    parked: ended("parked"),
    waiting: at("parked"),
    awaiting: ended("awaiting-operator"),
    running,
    queue: at("queued"),
    busy: running,
    effective: state.stopping !== undefined || state.paused || state.breaker.open ? running : state.maxWorkers,
    max: state.maxWorkers,
  };
};

/** What is wrong with the numbers of a header: those that are not the run's, and those that are left out where there is room. */
export const wrongNumbers = (header: string, known: Numbers, { columns, rows }: Size): string[] => {
  const drawn = numbersIn(header);
  const hasRoom = columns >= 140 && rows >= 16;
  return Object.entries(known).flatMap(([name, number]) => {
    if (drawn[name] !== undefined) return drawn[name] === number ? [] : [`${name}: ${drawn[name]} for ${number}`];
    return hasRoom && number !== 0 && !OPTIONAL.has(name) ? [`${name}: nothing for ${number}`] : [];
  });
};
