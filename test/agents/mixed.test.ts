import { describe, test } from "vitest";
import { readyProgram } from "../support/agent-programs.ts";
import type { AgentUnderTest } from "./agent-under-test.ts";
import { Bench } from "./bench.ts";
import { CASE_LIMIT_MS } from "./conformance.ts";
import { reviewsTheOther } from "./mixed-review.ts";
import { claudeUnderTest } from "./programs/claude.ts";
import { codexUnderTest } from "./programs/codex.ts";
import { geminiUnderTest } from "./programs/gemini.ts";
import { opencodeUnderTest } from "./programs/opencode.ts";

const PAIRS: readonly (readonly [AgentUnderTest, AgentUnderTest])[] = [
  [claudeUnderTest, codexUnderTest],
  [codexUnderTest, claudeUnderTest],
  [opencodeUnderTest, geminiUnderTest],
  [geminiUnderTest, opencodeUnderTest],
];

const found = await Promise.all(
  PAIRS.map((pair) => Promise.all(pair.flatMap(({ programs }) => programs).map(readyProgram))),
);

describe("a story that one program builds and another one reviews", { timeout: CASE_LIMIT_MS }, () => {
  for (const [at, [builder, reviewer]] of PAIRS.entries()) {
    const programs = found[at] ?? [];
    const bins = programs.flatMap((each) => ("bin" in each ? [each.bin] : []));
    const isMissing = bins.length < programs.length;
    test.skipIf(isMissing)(
      `is built by ${builder.name} and reviewed by ${reviewer.name}`,
      { concurrent: true },
      async () => {
        const bench = new Bench(builder, bins, reviewer);
        try {
          await reviewsTheOther(bench);
        } finally {
          await bench.close();
        }
      },
    );
  }
});
