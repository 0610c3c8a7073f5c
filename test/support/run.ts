import { PIPELINES } from "../../src/core/model/pipelines.ts";
import type { Story } from "../../src/core/model/story.ts";
import type { TurnEnd, TurnResult } from "../../src/core/model/turn.ts";
import { NO_USAGE } from "../../src/core/model/usage.ts";
import type { Effect, EffectResult } from "../../src/core/scheduler/effects.ts";
import type { JournaledEvent } from "../../src/core/scheduler/events.ts";
import type { Command, Fact } from "../../src/core/scheduler/inputs.ts";
import type { RunPolicy } from "../../src/core/scheduler/policy.ts";
import { initialState, type RunState } from "../../src/core/scheduler/state.ts";
import { step } from "../../src/core/scheduler/step.ts";

/** A story with nothing special about it. */
export const story = (key: string, dependsOn: readonly string[] = [], more: Partial<Story> = {}): Story => ({
  key,
  title: `Story ${key}`,
  status: "ready-for-dev",
  rawStatus: "ready-for-dev",
  dependsOn: dependsOn.map((other) => ({ key: other, source: { kind: "declared", where: "test" } })),
  touches: [],
  needs: [],
  acceptanceCriteria: [],
  tasks: [],
  ...more,
});

/** A policy with reviews, evidence and landing. */
export const policy = (more: Partial<RunPolicy> = {}): RunPolicy => ({
  pipeline: PIPELINES["dev-review"]!,
  maxWorkers: 3,
  attemptsMax: 3,
  breakerMax: 3,
  agents: {
    builder: { profile: "builder", provider: "one", escalate: [] },
    reviewer: { profile: "reviewer", provider: "two", escalate: [] },
    assessor: { profile: "assessor", provider: "two", escalate: [] },
    reconciler: { profile: "builder", provider: "one", escalate: [] },
    reflector: { profile: "reviewer", provider: "two", escalate: [] },
  },
  blocking: "high",
  reviewsMax: 3,
  plans: "off",
  evidence: true,
  workspace: true,
  landing: true,
  keepsStatus: true,
  keepsProgress: false,
  finalStatus: "done",
  baseline: "skip",
  finish: true,
  storyTurnsMax: 20,
  storyTokensMax: null,
  storyUsdMax: null,
  runTokensMax: null,
  runUsdMax: null,
  inbox: "wait",
  resources: {},
  inBacklogOrder: false,
  ...more,
});

/** The policy of a run in which the end of a turn alone decides. */
export const barePolicy = (more: Partial<RunPolicy> = {}): RunPolicy =>
  policy({
    pipeline: PIPELINES.build!,
    evidence: false,
    workspace: false,
    landing: false,
    keepsStatus: false,
    finish: false,
    ...more,
  });

/** A turn's result by its end. */
export const turn = (end: TurnEnd, more: Partial<TurnResult> = {}): EffectResult => ({
  kind: "turn",
  result: { end, usage: NO_USAGE, reportsUsage: false, durationMs: 1000, lastLines: [], ...more },
});

/** What a performer would say when all goes well. */
export const goodResult = (effect: Effect): EffectResult => {
  switch (effect.kind) {
    case "run-turn":
      return turn(
        { kind: "finished" },
        effect.role === "reviewer" || effect.role === "assessor"
          ? { verdict: { verdict: "approved", findings: [] }, session: `s-${effect.story}-${effect.role}` }
          : { session: `s-${effect.story}${effect.role === "builder" ? "" : `-${effect.role}`}` },
      );
    case "prepare-workspace":
      return { kind: "workspace-ready", baseline: "base", notes: [] };
    case "check-evidence":
      return {
        kind: "evidence",
        ok: effect.purpose !== "salvage",
        missing: [],
        notes: [],
        flags: [],
        commit: `c-${effect.story}`,
      };
    case "land":
      return { kind: "landed", commit: `l-${effect.story}`, notes: [] };
    case "check-baseline":
      return { kind: "baseline", red: [], notes: [] };
    case "finish-run":
      return { kind: "finished", notes: [], redGates: [] };
    case "deliver-message":
      return { kind: "message", delivered: true };
    case "stop-turn":
    case "write-status":
    case "keep-progress":
    case "release-workspace":
      return { kind: "done" };
  }
};

/** A run without a shell: inputs in, events out, on a clock of its own. */
export class TestRun {
  readonly state: RunState;
  readonly stories: readonly Story[];
  readonly policy: RunPolicy;
  readonly journal: JournaledEvent[] = [];
  nowMs = 1_000_000;
  luck = 0;

  constructor(stories: readonly Story[], given: RunPolicy = policy()) {
    this.stories = stories;
    this.policy = given;
    this.state = initialState(given, stories);
  }

  give(fact: Fact): JournaledEvent[] {
    const events = step(this.state, { fact, atMs: this.nowMs, luck: this.luck }, this.journal.length + 1);
    this.journal.push(...events);
    return events;
  }

  start(): JournaledEvent[] {
    return this.give({ type: "started" });
  }

  command(command: Command): JournaledEvent[] {
    return this.give({ type: "command", command });
  }

  /** The outstanding effects, optionally of one kind and story. */
  outstanding<K extends Effect["kind"]>(kind?: K, key?: string): Extract<Effect, { kind: K }>[] {
    return [...this.state.effects.values()].filter(
      (effect): effect is Extract<Effect, { kind: K }> =>
        (kind === undefined || effect.kind === kind) &&
        (key === undefined || ("story" in effect && effect.story === key)),
    );
  }

  end(effect: Effect, result: EffectResult = goodResult(effect)): JournaledEvent[] {
    return this.give({ type: "effect-ended", effect: effect.id, result });
  }

  /** Ends all outstanding effects well that are not turns, until only turns are left. */
  settleEffects(): void {
    for (let next = this.#notATurn(); next !== undefined; next = this.#notATurn()) this.end(next);
  }

  /** Ends the turn of a story and everything that follows until its next turn. */
  endTurn(key: string, result?: EffectResult): void {
    this.settleEffects();
    const running = this.outstanding("run-turn", key)[0];
    if (running === undefined) throw new Error(`no turn of ${key} is running`);
    this.end(running, result);
    this.settleEffects();
  }

  /** Lets time pass. */
  wait(ms: number): void {
    this.nowMs += ms;
    this.give({ type: "time-passed" });
  }

  /** Ends everything well until nothing is outstanding, letting time pass where something waits for it. */
  finish(): void {
    for (let rounds = 0; rounds < 100_000; rounds++) {
      const effect = this.outstanding()[0];
      if (effect !== undefined) this.end(effect);
      else if (this.state.sleeping.size > 0 || this.state.resting.size > 0) this.wait(600_000);
      else return;
    }
    throw new Error("the run does not end");
  }

  outcome(key: string): string | undefined {
    const found = this.state.stories.get(key);
    return found?.stage === "ended" ? found.outcome : found?.stage;
  }

  #notATurn(): Effect | undefined {
    return this.outstanding().find((effect) => effect.kind !== "run-turn");
  }
}
