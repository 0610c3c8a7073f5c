import { expect } from "vitest";
import { writeSprint } from "../support/project.ts";
import { contractLines } from "../support/steering.ts";
import type { Bench } from "./bench.ts";
import { FOUND_IN, RIGHT, sensible } from "./builder.ts";
import { linesOf } from "./one-story.ts";
import { taskOf } from "./task.ts";

/**
 * One program builds a story, another one finds it wrong; the first mends it in its own session, the second looks again
 * in its own, and the story lands.
 */
export const reviewsTheOther = async (bench: Bench): Promise<void> => {
  await bench.open(sensible);
  const { project } = bench;
  writeSprint(project, [{ key: FOUND_IN, tasks: 1 }], {
    configuration: bench.configuration({
      pipeline: "dev-review",
      max_retry_per_story: 1,
      gates: { commands: { test: "sh test.sh" } },
    }),
  });
  project.write("test.sh", "! grep -q never src/* 2>/dev/null\n").write(".gitignore", "node_modules\n").commit();
  const { status, stdout, stderr } = await bench.storyboard("run", "--headless", "--json");
  const told = `${stderr}\n${stdout}`;
  expect(status, told).toBe(0);
  const lines = contractLines(stdout);
  expect(linesOf(lines, "story.ended"), told).toMatchObject([{ outcome: "done", attempts: 1 }]);
  expect(project.read(`src/${FOUND_IN}.txt`)).toBe(`${RIGHT}\n`);
  const phases = linesOf(lines, "phase.started").map(({ phase, agent }) => `${phase} by ${agent}`);
  expect(phases.slice(0, 4), told).toEqual([
    "BUILD by builder",
    "VERIFY by reviewer",
    "REFINE by builder",
    "VERIFY by reviewer",
  ]);
  const [built, found, mended, approved] = linesOf(lines, "turn.ended").map(({ session }) => session);
  expect(mended, told).toBe(built);
  expect(approved, told).toBe(found);
  expect(found, told).not.toBe(built);
  expect(kindsOf(bench, "builder"), told).toEqual(["build", "refine"]);
  expect(kindsOf(bench, "reviewer"), told).toEqual(["review"]);
  expect(bench.left()).toEqual([]);
};

/** What a program was asked to do, each once. */
const kindsOf = (bench: Bench, player: "builder" | "reviewer"): readonly string[] => [
  ...new Set(bench.askedBy(player).map((request) => taskOf(request).kind)),
];
