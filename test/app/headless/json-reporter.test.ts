import { expect, test } from "vitest";
import { createJsonReporter } from "../../../src/app/headless/json-reporter.ts";
import { contractLineSchema } from "../../support/contract-schemas.ts";
import { story, TestRun } from "../../support/run.ts";

test("every line is one object of the contract, numbered without gaps, ending with run.ended", () => {
  const run = new TestRun([story("a"), story("b", ["a"])]);
  const texts: string[] = [];
  const weights: string[] = [];
  const reporter = createJsonReporter({
    run: "r1",
    write: (text, weight) => {
      texts.push(text);
      weights.push(weight);
    },
  });
  reporter.events(run.start(), run.state);
  reporter.feed([{ atMs: run.nowMs, story: "a", phase: "BUILD", text: 'says "hi"' }]);
  const from = run.journal.length;
  run.finish();
  reporter.events(run.journal.slice(from), run.state);
  reporter.tick();
  const lines = texts.map((text) => {
    expect(text.indexOf("\n")).toBe(text.length - 1);
    return contractLineSchema.parse(JSON.parse(text));
  });
  expect(lines.map((line) => line.seq)).toEqual(lines.map((_, index) => index + 1));
  expect(lines[0]).toMatchObject({ type: "run.started", stories: ["a", "b"] });
  expect(lines.find((line) => line.type === "feed")).toMatchObject({ story: "a", text: 'says "hi"' });
  expect(lines.at(-1)).toMatchObject({ type: "run.ended", status: "completed" });
  expect(weights.filter((weight) => weight === "feed")).toHaveLength(1);
  expect(weights.at(-1)).toBe("summary");
});
