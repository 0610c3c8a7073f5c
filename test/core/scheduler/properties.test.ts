import fc from "fast-check";
import { expect, test } from "vitest";
import { footprintsClash } from "../../../src/core/model/footprint.ts";
import type { Story } from "../../../src/core/model/story.ts";
import type { CutReason, TurnFailureCause } from "../../../src/core/model/turn.ts";
import { countsOf } from "../../../src/core/scheduler/counts.ts";
import { commandProblem } from "../../../src/core/scheduler/decide-command.ts";
import type { Effect, EffectResult } from "../../../src/core/scheduler/effects.ts";
import { evolve } from "../../../src/core/scheduler/evolve.ts";
import { CHOICES, inboxOf, type WaitingItem } from "../../../src/core/scheduler/inbox.ts";
import type { Command } from "../../../src/core/scheduler/inputs.ts";
import type { RunPolicy } from "../../../src/core/scheduler/policy.ts";
import { initialState } from "../../../src/core/scheduler/state.ts";
import { barePolicy, goodResult, policy, story, TestRun, turn } from "../../support/run.ts";
import { snapshot } from "../../support/state-snapshot.ts";

const RUNS = Number(process.env.STORYBOARD_PROPERTY_RUNS ?? 300);
const STEPS = 120;

const FILES = ["src/a.ts", "src/b/**", "docs/c.md"];
const CAUSES: TurnFailureCause[] = [
  "rate-limit",
  "overloaded",
  "auth",
  "billing",
  "config",
  "context",
  "network",
  "session-lost",
  "cancelled",
  "loop",
  "temporary",
  "exit",
  "other",
];
const CUTS: CutReason[] = ["timeout", "silent", "crash", "transcript-limit", "message", "attach"];

/** Worlds: a backlog without cycles, a policy, and the luck that decides everything else. */
const worlds = fc.record({
  stories: fc
    .array(
      fc.record({
        needsBefore: fc.array(fc.nat(20), { maxLength: 3 }),
        needs: fc.subarray(["db", "port"]),
        touches: fc.subarray(FILES, { maxLength: 1 }),
        review: fc.boolean(),
        ticked: fc.boolean(),
      }),
      { minLength: 1, maxLength: 12 },
    )
    .map((rows) =>
      rows.map(
        (row, i): Story =>
          story(
            `s${i}`,
            row.needsBefore.filter((other) => other < i).map((other) => `s${other}`),
            {
              needs: row.needs,
              touches: row.touches,
              status: row.review && i % 3 === 0 ? "review" : "ready-for-dev",
              tasks: row.ticked ? [{ text: "t", done: true, line: 1, depth: 0 }] : [],
            },
          ),
      ),
    ),
  policy: fc
    .record({
      bare: fc.boolean(),
      listens: fc.boolean(),
      spare: fc.boolean(),
      maxWorkers: fc.integer({ min: 1, max: 4 }),
      attemptsMax: fc.integer({ min: 1, max: 3 }),
      breakerMax: fc.integer({ min: 1, max: 4 }),
      baseline: fc.constantFrom("skip", "accept", "ask"),
      inbox: fc.constantFrom("wait", "fail"),
    })
    .map(({ bare, listens, spare, ...rest }): RunPolicy => {
      const more = {
        ...(rest as Partial<RunPolicy>),
        agents: {
          builder: {
            profile: "builder",
            provider: "one",
            escalate: [],
            takesMessages: listens,
            ...(spare ? { fallback: [{ profile: "spare", provider: "three", escalate: [] }] } : {}),
          },
          reviewer: { profile: "reviewer", provider: "two", escalate: [] },
        },
        resources: { port: { units: ["1", "2"], env: "PORT" } },
      };
      return bare ? barePolicy({ ...more, baseline: "skip" }) : policy(more);
    }),
  luck: fc.array(fc.nat(1_000_000), { minLength: STEPS, maxLength: STEPS }),
});

const turnResults = (luck: number): EffectResult => {
  const kind = luck % 9;
  if (kind === 0) return turn({ kind: "halted", reason: "no" });
  if (kind === 1) return turn({ kind: "question", question: "?" });
  if (kind === 2) return turn({ kind: "already-done" });
  if (kind === 3) return turn({ kind: "failed", cause: CAUSES[luck % CAUSES.length]!, message: "bad" });
  if (kind === 4) return turn({ kind: "cut", reason: CUTS[luck % CUTS.length]! });
  if (kind === 6) return turn({ kind: "finished" }, { operator: `part ${luck % 3}`, ...APPROVED });
  if (kind === 5) {
    return turn(
      { kind: "finished" },
      { verdict: { verdict: "changes", findings: [{ severity: luck % 2 ? "high" : "low", title: `f${luck % 4}` }] } },
    );
  }
  return turn({ kind: "finished" }, { ...APPROVED, session: `x${luck % 5}` });
};

const APPROVED = { verdict: { verdict: "approved", findings: [] } } as const;

const badResult = (effect: Effect, luck: number): EffectResult => {
  if (
    luck % 11 === 0 &&
    effect.kind !== "run-turn" &&
    effect.kind !== "finish-run" &&
    effect.kind !== "check-baseline"
  ) {
    return { kind: "effect-failed", message: "git", severity: luck % 5 === 0 ? "critical" : "retry" };
  }
  if (effect.kind === "run-turn") return turnResults(luck);
  if (effect.kind === "check-evidence") {
    return { kind: "evidence", ok: luck % 2 === 0, missing: ["work"], notes: [], flags: [] };
  }
  if (effect.kind === "check-baseline" && luck % 2 === 0) {
    return { kind: "baseline", red: [{ name: "test", tail: ["red"] }], notes: [] };
  }
  const onto = luck % 7 === 0 ? {} : { onto: `o${luck % 5}` };
  if (effect.kind === "land" && luck % 3 === 0) return { kind: "conflict", files: ["a"], message: "both", ...onto };
  if (effect.kind === "land" && luck % 5 === 0) return { kind: "gate-red", gate: "test", tail: ["red"], ...onto };
  return goodResult(effect);
};

const commandOf = (keys: readonly string[], luck: number): Command => {
  const key = keys[luck % keys.length]!;
  const all: Command[] = [
    { type: "pause" },
    { type: "resume" },
    { type: "retry", story: key },
    { type: "skip", story: key, satisfies: luck % 2 === 0 },
    { type: "cancel", story: key },
    { type: "workers", max: 1 + (luck % 4) },
    { type: "answer", story: key, text: luck % 2 ? "accept" : "do it" },
    { type: "answer", story: key, text: "done" },
    { type: "approve", story: key },
    { type: "confirm", story: key },
    { type: "decide-baseline", choice: (["accept", "without", "quit"] as const)[luck % 3]! },
    { type: "message", story: key, text: `word ${luck % 3}` },
    { type: "attach", story: key },
    { type: "detach", story: key },
    { type: "stop", reason: "test" },
  ];
  return all[(luck >> 4) % all.length]!;
};

/** One step of the world: an effect ends somehow, a command arrives, or time passes. */
const act = (run: TestRun, keys: readonly string[], luck: number): void => {
  run.luck = (luck % 1000) / 1000;
  if (run.state.phase === "ended" && luck % 2 === 0) {
    if (run.state.result?.status === "paused" || run.state.result?.exit === 3) run.give({ type: "resumed" });
    return;
  }
  const effects = run.outstanding();
  const choice = luck % 10;
  if (choice === 0) run.command(commandOf(keys, luck >> 3));
  else if (choice === 1 || effects.length === 0) run.wait(luck % 400_000);
  else {
    const effect = effects[luck % effects.length]!;
    // A turn may end by itself just before it is stopped.
    const stops = run.state.stopping !== undefined && effect.kind === "run-turn" && (luck >> 5) % 2 === 0;
    run.end(effect, stops ? turn({ kind: "cut", reason: "stop" }) : badResult(effect, luck >> 2));
  }
};

const checkSafety = (run: TestRun, started: number): void => {
  const { state } = run;
  const inFlight = [...state.inFlight].map((key) => state.stories.get(key)!);
  for (const { event } of run.journal.slice(started)) {
    if (event.type === "story.started") expect(state.busy).toBeLessThanOrEqual(state.maxWorkers);
  }
  const leases = inFlight.flatMap((one) => one.leases.map((lease) => `${lease.resource}/${lease.unit}`));
  expect(new Set(leases).size).toBe(leases.length);
  expect(new Set(leases)).toEqual(state.leased);
  for (const a of inFlight) {
    for (const b of inFlight) {
      if (a !== b) expect(footprintsClash(a.story.touches, b.story.touches)).toBe(false);
    }
  }
  // Whatever waits for a person can be answered.
  for (const item of inboxOf(state))
    expect(commandProblem(state, answerTo(item)), JSON.stringify(item)).toBeUndefined();
  expect(inboxOf(state).length).toBeGreaterThanOrEqual(state.parked.size);
  const landing = run.outstanding("land");
  expect(landing.length).toBeLessThanOrEqual(1);
  const turns = run.outstanding("run-turn").map((effect) => effect.story);
  expect(new Set(turns).size).toBe(turns.length);
  const { total, ...counts } = countsOf(state);
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(total);
  for (const one of state.stories.values()) {
    const unmet = (state.graph.dependencies.get(one.story.key) ?? []).filter((key) => {
      const other = state.stories.get(key)!;
      return !(other.stage === "ended" && other.satisfies);
    });
    expect(one.unmet).toBe(unmet.length);
  }
};

/** What a person says to an item so that things go on. */
const answerTo = ({ story: key, question: { kind } }: WaitingItem): Command =>
  key === null
    ? { type: "decide-baseline", choice: "without" }
    : { type: "answer", story: key, text: CHOICES[kind][0] ?? "do it" };

/** The end of a run's story, for a failure's message. */
const told = (run: TestRun): string => {
  const tail = run.journal.slice(-20).map(({ event }) => JSON.stringify(event).slice(0, 200));
  const { stories, graph, policy: _, ...rest } = snapshot(run.state) as Record<string, unknown>;
  return `${tail.join("\n")}\n${JSON.stringify(rest)}`;
};

/** Everything goes well from now on, people answer, and nothing is paused. */
const calm = (run: TestRun): void => {
  for (let round = 0; round < 10_000; round++) {
    if (run.state.paused) run.command({ type: "resume" });
    if (run.state.phase === "ended") {
      if (run.state.result?.status !== "paused" && run.state.result?.exit !== 3) {
        const left = inboxOf(run.state)[0];
        if (left === undefined) return;
        // What a run ended with is answered, too, and opens it again.
        run.command(answerTo(left));
        continue;
      }
      run.give({ type: "resumed" });
    }
    const effect = run.outstanding()[0];
    const asked = inboxOf(run.state)[0];
    if (effect !== undefined) {
      const stops = run.state.stopping !== undefined && effect.kind === "run-turn" && round % 2 === 0;
      run.end(effect, stops ? turn({ kind: "cut", reason: "stop" }) : goodResult(effect));
    } else if (run.state.sleeping.size + run.state.resting.size > 0) run.wait(400_000);
    else if (asked !== undefined) run.command(answerTo(asked));
    else if (run.state.phase !== "ended") run.wait(1000);
  }
  throw new Error(`the run did not end once faults stopped:\n${told(run)}`);
};

test("safety, liveness and determinism hold in any world", () => {
  fc.assert(
    fc.property(worlds, ({ stories, policy: given, luck }) => {
      const run = new TestRun(stories, given);
      const keys = stories.map(({ key }) => key);
      run.start();
      for (const one of luck) {
        const before = run.journal.length;
        act(run, keys, one);
        checkSafety(run, before);
      }
      calm(run);
      expect(inboxOf(run.state)).toEqual([]);
      expect(countsOf(run.state)).toMatchObject({ parked: 0, waiting: 0, awaiting_operator: 0 });
      for (const one of run.state.stories.values()) {
        // A person may have wanted no story at all.
        if (run.state.result?.exit === 2) break;
        // Only what waits for a story that nobody answered may be left.
        if (one.stage !== "ended" && one.unmet === 0)
          throw new Error(`${one.story.key} is left ${one.stage}:\n${told(run)}`);
      }
      const folded = initialState(given, stories);
      for (const entry of JSON.parse(JSON.stringify(run.journal))) evolve(folded, entry);
      expect(snapshot(folded)).toEqual(snapshot(run.state));
    }),
    { numRuns: RUNS },
  );
});

test("no story has more attempts than allowed, unless a person asked for one", () => {
  fc.assert(
    fc.property(worlds, ({ stories, policy: given, luck }) => {
      const run = new TestRun(stories, given);
      run.start();
      for (const one of luck) {
        const effects = run.outstanding();
        if (effects.length === 0) run.wait(400_000);
        else run.end(effects[one % effects.length]!, badResult(effects[one % effects.length]!, one >> 2));
        for (const { attempt } of run.state.stories.values()) expect(attempt).toBeLessThanOrEqual(given.attemptsMax);
      }
    }),
    { numRuns: RUNS },
  );
});
