import { PIPELINES, withPlan } from "../../src/core/model/pipelines.ts";
import type { Story } from "../../src/core/model/story.ts";
import type { StoryKey } from "../../src/core/model/story-key.ts";
import type { TurnEnd } from "../../src/core/model/turn.ts";
import type { Effect, EffectResult } from "../../src/core/scheduler/effects.ts";
import type { Command, Fact } from "../../src/core/scheduler/inputs.ts";
import type { RunPolicy } from "../../src/core/scheduler/policy.ts";
import { randomSprint } from "./random-sprint.ts";
import { goodResult, policy, TestRun, turn } from "./run.ts";

/** Texts that break a screen that trusts them: escapes, wide and zero-wide characters, lines without end. */
export const HOSTILE: readonly string[] = [
  "plain words",
  "",
  "日本語の請求書レイアウト 🧾 と とても長い説明が続く".repeat(4),
  "\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u001b[2J\u001b[H gone?",
  "first\nsecond\r\nthird\rfourth\tfifth\u2028sixth",
  "👩‍👩‍👧‍👦 🇩🇪🇫🇷 ⚖️ ⏭️ 1️⃣ 👍🏽 ✅❌⏳",
  "a\u0301\u0302\u0303\u0304e\u200b\u202eright to left\u202c ﷽ \u0bf5 ไทย 한국어",
  `${"x".repeat(3000)} and ${"word ".repeat(300)}`,
  "\u{1f9ff}\u{e0041}\ud800 lone \udc00",
];

type Chance = () => number;

/** Stories with hostile titles, some of which wait for others, and how they are run. */
export const randomPlan = (
  random: Chance,
  count: number,
): { readonly stories: readonly Story[]; readonly policy: RunPolicy } => ({
  stories: randomSprint(count, Math.floor(random() * 1000)).stories.map(
    (story, index): Story => ({
      ...story,
      title: picked(random, HOSTILE),
      tasks: random() < 0.2 ? [{ text: "done before", done: true, line: 1, depth: 0 }] : [],
      ...(random() < 0.7 ? { epic: String(1 + (index % 3)) } : {}),
    }),
  ),
  policy: policy({
    ...randomPipeline(random),
    keepsProgress: random() < 0.3,
    maxWorkers: 1 + Math.floor(random() * 6),
    attemptsMax: 1 + Math.floor(random() * 3),
    baseline: picked(random, ["skip", "accept", "ask"]),
    inbox: picked(random, ["wait", "fail"]),
  }),
});

/** Any built-in pipeline, often the default one, sometimes with plans that a person approves. */
const randomPipeline = (random: Chance): Pick<RunPolicy, "pipeline" | "plans"> => {
  const pipeline = picked(random, [PIPELINES["dev-review"]!, ...Object.values(PIPELINES)]);
  return random() < 0.3
    ? { pipeline: withPlan(pipeline), plans: picked(random, ["complex", "all"]) }
    : { pipeline, plans: "off" };
};

/** What may happen next in a run: something ends, well or badly; a person commands; time passes. */
export const randomFact = (random: Chance, run: TestRun): Fact => {
  const effects = run.outstanding();
  if (random() < 0.12) return { type: "command", command: randomCommand(random, picked(random, run.stories).key) };
  if (effects.length === 0 || random() >= 0.85) return { type: "time-passed" };
  const effect = picked(random, effects);
  return { type: "effect-ended", effect: effect.id, result: randomResult(random, effect) };
};

/** A run that was driven at random for some steps: the same for the same chance. */
export const randomRun = (random: Chance, stories: number, steps: number): TestRun => {
  const plan = randomPlan(random, stories);
  const run = new TestRun(plan.stories, plan.policy);
  run.start();
  for (let step = 0; step < steps; step++) {
    const fact = randomFact(random, run);
    if (fact.type === "time-passed") run.wait(Math.floor(random() * 400_000));
    else run.give(fact);
  }
  return run;
};

/** One of all. */
export const picked = <T>(random: Chance, all: readonly T[]): T => all[Math.floor(random() * all.length)]!;

const randomCommand = (random: Chance, story: StoryKey): Command =>
  picked<Command>(random, [
    { type: "pause" },
    { type: "resume" },
    { type: "resume" },
    { type: "retry", story },
    { type: "skip", story },
    { type: "cancel", story },
    { type: "workers", max: 1 + Math.floor(random() * 8) },
    { type: "answer", story, text: picked(random, ["go on", "done"]) },
    { type: "approve", story },
    { type: "confirm", story },
    { type: "decide-baseline", choice: picked(random, ["accept", "accept", "without", "quit"]) },
    { type: "message", story, text: picked(random, HOSTILE) },
    { type: "attach", story },
    { type: "detach", story },
    { type: "stop", reason: picked(random, HOSTILE) },
  ]);

const randomResult = (random: Chance, effect: Effect): EffectResult => {
  if (effect.kind === "run-turn") return randomTurn(random);
  if (effect.kind === "check-baseline" && random() < 0.5) {
    return { kind: "baseline", red: [{ name: "test", tail: [...HOSTILE] }], notes: [] };
  }
  if (effect.kind !== "land" || random() >= 0.2) return goodResult(effect);
  return {
    kind: "conflict",
    files: [picked(random, HOSTILE)],
    message: "both changed it",
    ...(random() < 0.7 ? { onto: "c0ffee" } : {}),
  };
};

const randomTurn = (random: Chance): EffectResult =>
  turn(randomEnd(random), {
    usage: { inputTokens: 1000, outputTokens: 10, cachedTokens: null, usd: random() < 0.5 ? null : random() * 10 },
    claim: {
      files: [{ path: picked(random, HOSTILE), why: picked(random, HOSTILE) }],
      testsAdded: 3,
      coverage: picked(random, HOSTILE),
    },
    ...(random() < 0.2 ? { operator: picked(random, HOSTILE) } : {}),
    verdict:
      random() < 0.7
        ? { verdict: "approved", findings: [] }
        : { verdict: "changes", findings: [{ severity: "high", title: picked(random, HOSTILE) }] },
  });

const randomEnd = (random: Chance): TurnEnd =>
  picked<TurnEnd>(random, [
    { kind: "finished" },
    { kind: "finished" },
    { kind: "finished" },
    { kind: "halted", reason: picked(random, HOSTILE) },
    { kind: "question", question: picked(random, HOSTILE) },
    {
      kind: "failed",
      cause: picked(random, ["exit", "network", "rate-limit", "overloaded", "auth"]),
      message: picked(random, HOSTILE),
    },
  ]);
