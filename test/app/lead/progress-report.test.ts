import fc from "fast-check";
import { expect, test } from "vitest";
import { createStoryRecords } from "../../../src/app/headless/story-record.ts";
import { progressReport } from "../../../src/app/lead/progress-report.ts";

test("a phase is told beside the text, in capitals and once", () => {
  expect(progressReport("prepare", "looks around")).toEqual({ narrated: "PREPARE", lines: ["looks around"] });
  for (const text of ["Prepare: looks around", "PREPARE - looks around", "prepare — looks around"]) {
    expect(progressReport("prepare", text), text).toEqual({ narrated: "PREPARE", lines: ["looks around"] });
  }
  expect(progressReport("TEST", "tests pass")).toEqual({ narrated: "TEST", lines: ["tests pass"] });
  expect(progressReport("BUILD", "BUILD:").lines).toEqual(["BUILD:"]);
});

test("without a phase the text is all there is; what is no phase's name stays in front of it", () => {
  expect(progressReport(undefined, "one\n\ntwo")).toEqual({ lines: ["one", "two"] });
  expect(progressReport(" ", "one")).toEqual({ lines: ["one"] });
  expect(progressReport("step 3 of 4: the kitchen", "paints")).toEqual({ lines: ["step 3 of 4: the kitchen: paints"] });
  expect(progressReport("\u001b[31mBUILD\u001b[0m", "paints")).toEqual({ narrated: "BUILD", lines: ["paints"] });
});

test("whatever is said, the feed gets few short lines without control, and a phase that fits a column", () => {
  const text = fc.string({ unit: "binary", maxLength: 700 });
  const texts = fc.array(text, { maxLength: 25 }).map((lines) => lines.join("\n"));
  fc.assert(
    fc.property(fc.option(text, { nil: undefined }), texts, (phase, said) => {
      const { narrated = "", lines } = progressReport(phase, said);
      expect(lines.length).toBeLessThanOrEqual(20);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(500);
      expect(`${narrated}${lines.join("")}`).not.toMatch(/\p{Cc}/u);
      expect(narrated.length).toBeLessThanOrEqual(30);
    }),
    { numRuns: 50 },
  );
});

test("the records of a story know the phase that its agent told last", () => {
  const records = createStoryRecords();
  const hear = (phase: string | undefined): void => {
    const { narrated, lines } = progressReport(phase, "works");
    for (const text of lines)
      records.hear({ atMs: 0, story: "a", phase: "BUILD", text, ...(narrated === undefined ? {} : { narrated }) });
  };
  hear("verify");
  hear(undefined);
  expect(records.of("a").narrated).toBe("VERIFY");
});
