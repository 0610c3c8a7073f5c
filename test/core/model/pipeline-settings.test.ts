import { describe, expect, test } from "vitest";
import { pipelineProblems } from "../../../src/app/configuration/pipeline-problems.ts";
import { landingPhase, repairPhase, threadOf, turnPhases, workPhase } from "../../../src/core/model/pipeline.ts";
import { pipelineOf, pipelineSettingSchema } from "../../../src/core/model/pipeline-settings.ts";
import { PIPELINES } from "../../../src/core/model/pipelines.ts";

type PhaseInput = Readonly<Record<string, unknown>>;

const settingOf = (...phases: readonly PhaseInput[]) => pipelineSettingSchema.parse({ phases });

const KNOWN = {
  roles: ["builder", "reviewer", "assessor", "security"],
  prompts: ["build", "verify", "refine", "assess", "audit"],
};

const problems = (...phases: readonly PhaseInput[]): string[] =>
  pipelineProblems(settingOf(...phases), KNOWN).map(({ path, text }) => `${path.join(".")}: ${text}`);

const BUILD = { name: "BUILD" };
const VERIFY = { name: "VERIFY", role: "reviewer", permission: "read", evidence: "verdict" };

describe("what is found wrong before a run", () => {
  test("names that nothing has, with those that there are", () => {
    expect(problems({ name: "BUILD", role: "bilder", next: "TEST", on_failure: "NOWHERE" })).toEqual([
      'phases.0.role: "bilder" is no role; known are builder, reviewer, assessor, security',
      'phases.0.next: "TEST" is no phase of it; known are BUILD, COMMIT, LAND',
      'phases.0.on_failure: "NOWHERE" is no phase of it; known are BUILD, COMMIT, LAND',
    ]);
    expect(problems({ name: "POLISH" }, { ...BUILD, prompt: "bild" })).toEqual([
      'phases.0.name: "polish" is no prompt; known are build, verify, refine, assess, audit',
      'phases.1.prompt: "bild" is no prompt; known are build, verify, refine, assess, audit',
    ]);
  });

  test("a name twice, and storyboard's own name", () => {
    expect(problems(BUILD, BUILD)).toEqual(["phases.1.name: BUILD is the name of an earlier phase, too"]);
    expect(problems({ name: "LAND", prompt: "build" })).toEqual([
      "phases.0.name: LAND is the name of storyboard's own last phase",
    ]);
  });

  test("a phase that is never reached", () => {
    expect(problems({ ...BUILD, next: "COMMIT" }, VERIFY)).toEqual([
      "phases.1.name: VERIFY is never reached: no phase leads to it",
    ]);
  });

  test("a phase with no way out", () => {
    expect(problems({ ...BUILD, next: "REFINE" }, { name: "REFINE", next: "BUILD" })).toEqual([
      "phases.0.next: BUILD has no way out: what follows it never comes to the landing",
      "phases.1.next: REFINE has no way out: what follows it never comes to the landing",
    ]);
  });

  test("a review by the builder, findings without a verdict, a triage of nothing, a reader that works", () => {
    expect(problems(BUILD, { ...VERIFY, role: "builder" })).toEqual([
      "phases.1.role: a verdict of the builder upon its own work is no review; give it to another role",
    ]);
    expect(problems({ ...BUILD, on_findings: "BUILD" })).toEqual([
      'phases.0.on_findings: belongs to a phase with "evidence: verdict"',
    ]);
    expect(problems(BUILD, { ...VERIFY, name: "ASSESS", triage: true })).toEqual([
      'phases.1.triage: judges findings: it and the phase before it need "evidence: verdict"',
    ]);
    expect(problems({ ...BUILD, permission: "read", evidence: "work" })).toEqual([
      "phases.0.permission: read does no work; give the phase edit, or ask for other evidence",
    ]);
    for (const permission of ["edit", "full", "profile"]) {
      expect(problems(BUILD, { ...VERIFY, permission })).toEqual([
        "phases.1.permission: whoever judges the work does not change it: leave it out, or write read",
      ]);
    }
    expect(problems({ ...VERIFY })).toEqual(['phases: no phase does the work ("evidence: work")']);
  });

  test("a conversation that nobody began, or that another role has", () => {
    expect(problems({ ...BUILD, session: "VERIFY" }, VERIFY)).toEqual([
      'phases.0.session: "VERIFY" is no earlier phase; known are fresh',
    ]);
    expect(problems(BUILD, { ...VERIFY, session: "BUILD" })).toEqual([
      "phases.1.session: BUILD is played by the builder, and nobody else can go on with its session",
    ]);
  });
});

test("a project's own pipeline, with every default", () => {
  const setting = settingOf(
    BUILD,
    { name: "AUDIT", role: "security", evidence: "verdict", on_findings: "REFINE", next: "COMMIT" },
    { name: "REFINE", session: "BUILD", next: "AUDIT", times: 2 },
  );
  expect(pipelineProblems(setting, KNOWN)).toEqual([]);
  const pipeline = pipelineOf("careful", setting);
  expect(pipeline).toMatchObject({ name: "careful", reviewed: true, reviewEntry: "AUDIT" });
  expect(pipeline.phases.map(({ name }) => name)).toEqual(["BUILD", "AUDIT", "REFINE", "COMMIT"]);
  const [build, audit, refine] = turnPhases(pipeline);
  expect(build).toMatchObject({ evidence: "work", prompt: "build", next: "AUDIT", endStatus: "review" });
  expect(audit).toMatchObject({ permission: "read", startStatus: "review", next: "COMMIT", onFindings: "REFINE" });
  expect(refine).toMatchObject({ permission: "profile", evidence: "work", times: 2 });
  expect(refine).not.toHaveProperty("endStatus");
});

test("a pipeline with a turn COMMIT lands by another name, which COMMIT does not mean then", () => {
  const pipeline = pipelineOf("own", settingOf(BUILD, { name: "COMMIT", prompt: "build", evidence: "story" }));
  expect(landingPhase(pipeline).name).toBe("LAND");
  expect(turnPhases(pipeline).map(({ next }) => next)).toEqual(["COMMIT", "LAND"]);
});

test("phases of one conversation share its name, whatever their order", () => {
  const pipeline = PIPELINES["seven-phase"]!;
  expect(pipeline.phases.map(({ name }) => threadOf(pipeline, name))).toEqual([
    "PREPARE",
    "PREPARE",
    "VERIFY",
    "ASSESS",
    "PREPARE",
    "COMMIT",
    "REFLECT",
    "LAND",
  ]);
});

test("every built-in pipeline works, repairs and lands", () => {
  const facts = Object.values(PIPELINES).map((pipeline) =>
    [pipeline.name, workPhase(pipeline).name, repairPhase(pipeline).name, landingPhase(pipeline).name].join(" "),
  );
  expect(facts).toEqual([
    "build BUILD BUILD COMMIT",
    "dev-review BUILD REFINE COMMIT",
    "worker WORK WORK LAND",
    "seven-phase BUILD REFINE LAND",
  ]);
});
