import type { Story } from "../../src/core/model/story.ts";
import type { TurnEnd } from "../../src/core/model/turn.ts";
import type { Effect, EffectResult } from "../../src/core/scheduler/effects.ts";
import type { Command } from "../../src/core/scheduler/inputs.ts";
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

/** A run that was driven at random for some steps: the same for the same chance. */
export const randomRun = (random: () => number, stories: number, steps: number): TestRun => {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
  const sprint = randomSprint(stories, Math.floor(random() * 1000)).stories.map(
    (story, index): Story => ({
      ...story,
      title: pick(HOSTILE),
      tasks: random() < 0.2 ? [{ text: "done before", done: true, line: 1, depth: 0 }] : [],
      ...(random() < 0.7 ? { epic: String(1 + (index % 3)) } : {}),
    }),
  );
  const run = new TestRun(
    sprint,
    policy({
      maxWorkers: 1 + Math.floor(random() * 6),
      attemptsMax: 1 + Math.floor(random() * 3),
      baseline: pick(["skip", "accept"]),
      inbox: pick(["wait", "fail"]),
    }),
  );
  const ends: readonly (() => TurnEnd)[] = [
    () => ({ kind: "finished" }),
    () => ({ kind: "finished" }),
    () => ({ kind: "finished" }),
    () => ({ kind: "halted", reason: pick(HOSTILE) }),
    () => ({ kind: "question", question: pick(HOSTILE) }),
    () => ({ kind: "failed", cause: pick(["exit", "network", "rate-limit"]), message: pick(HOSTILE) }),
  ];
  const resultOf = (effect: Effect): EffectResult => {
    if (effect.kind !== "run-turn") {
      return effect.kind === "land" && random() < 0.2
        ? {
            kind: "conflict",
            files: [pick(HOSTILE)],
            message: "both changed it",
            ...(random() < 0.7 ? { onto: "c0ffee" } : {}),
          }
        : goodResult(effect);
    }
    return turn(pick(ends)(), {
      usage: { inputTokens: 1000, outputTokens: 10, cachedTokens: null, usd: random() < 0.5 ? null : random() * 10 },
      claim: { files: [{ path: pick(HOSTILE), why: pick(HOSTILE) }], testsAdded: 3, coverage: pick(HOSTILE) },
      verdict:
        random() < 0.7
          ? { verdict: "approved", findings: [] }
          : { verdict: "changes", findings: [{ severity: "high", title: pick(HOSTILE) }] },
    });
  };
  const commandOf = (): Command => {
    const story = pick(sprint).key;
    return pick<Command>([
      { type: "pause" },
      { type: "resume" },
      { type: "resume" },
      { type: "retry", story },
      { type: "skip", story },
      { type: "cancel", story },
      { type: "workers", max: 1 + Math.floor(random() * 8) },
      { type: "answer", story, text: "go on" },
      { type: "stop", reason: pick(HOSTILE) },
    ]);
  };
  run.start();
  for (let step = 0; step < steps; step++) {
    const effects = run.outstanding();
    if (random() < 0.12) run.command(commandOf());
    else if (effects.length > 0 && random() < 0.85) {
      const effect = pick(effects);
      run.end(effect, resultOf(effect));
    } else run.wait(Math.floor(random() * 400_000));
  }
  return run;
};
