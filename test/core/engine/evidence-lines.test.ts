import { expect, test } from "vitest";
import { evidenceLines } from "../../../src/core/engine/performers/evidence-lines.ts";
import type { RunFile } from "../../../src/core/engine/run-file.ts";
import { configSchema } from "../../../src/core/model/config.ts";
import { turnPhases } from "../../../src/core/model/pipeline.ts";
import { PIPELINES, withPlan } from "../../../src/core/model/pipelines.ts";
import { policy, story } from "../../support/run.ts";

const KEY = "36-2-badge";
const WORK = "the branch grew from the baseline commit, and its commits change something of the product";
const COMMITTED = "nothing of the product is left uncommitted";
const COMMIT = "one commit that is not empty has a subject of the form `feat(36-2): ...`";
const TICKED = "every task of the story file is ticked, and none was taken out";

interface Asked {
  readonly pipeline?: string;
  readonly evidence?: Readonly<Record<string, unknown>>;
  readonly completions?: string;
  readonly commits?: "agent" | "storyboard";
  readonly file?: string | undefined;
}

const lines = (name: string, asked: Asked = {}): readonly string[] => {
  const { pipeline = "dev-review", evidence = {}, completions, commits = "agent" } = asked;
  const chosen = withPlan(PIPELINES[pipeline]!);
  const config = configSchema.parse({ evidence });
  const run = {
    policy: policy({ pipeline: chosen, evidence: config.evidence.profile !== "none" }),
    config,
    stories: [story(KEY), story("36-20-other")],
    ...(completions === undefined ? {} : { completions }),
  } as unknown as RunFile;
  const phase = turnPhases(chosen).find((turn) => turn.name === name);
  if (phase === undefined) throw new Error(`no phase ${name}`);
  return evidenceLines(run, phase, { key: KEY, file: "file" in asked ? asked.file : "36-2.md", commits });
};

test("who builds is told each check of the profile, who plans before it the same, who judges nothing", () => {
  expect(lines("BUILD")).toEqual([WORK, COMMITTED, COMMIT, TICKED]);
  expect(lines("REFINE")).toEqual([WORK, COMMITTED, COMMIT, TICKED]);
  expect(lines("PLAN")).toEqual([WORK, COMMITTED, COMMIT, TICKED]);
  expect(lines("VERIFY")).toEqual([]);
});

test("where a later phase ticks, that one is told of it, and those after it of nothing", () => {
  const seven = { pipeline: "seven-phase" };
  expect(lines("PREPARE", seven)).toEqual([WORK, COMMITTED, COMMIT]);
  expect(lines("BUILD", seven)).toEqual([WORK, COMMITTED, COMMIT]);
  expect(lines("COMMIT", seven)).toEqual([
    "nothing but the story's own file changed since its work was checked",
    COMMITTED,
    TICKED,
  ]);
  for (const name of ["VERIFY", "ASSESS", "REFLECT"]) expect(lines(name, seven)).toEqual([]);
});

test("nobody is told of what is not asked: no profile, no file, no commits of the agent's own", () => {
  expect(lines("BUILD", { evidence: { profile: "none" } })).toEqual([]);
  expect(lines("BUILD", { file: undefined })).toEqual([WORK, COMMITTED, COMMIT]);
  expect(lines("BUILD", { commits: "storyboard" })).toEqual([WORK, TICKED]);
});

test("a pattern of commits is shown as it is, and cannot leave its place", () => {
  const [, , commit] = lines("BUILD", { evidence: { commit_pattern: "^{key} `rm`\n# Now" } });
  expect(commit).toMatch(
    /^one commit that is not empty has a subject that matches `+ ?\^\{key\} .*, where `\{key\}` is `36-2`$/,
  );
  expect(commit).not.toContain("\n");
});

test.each([
  [{}, "a task of the story file is ticked, and none was taken out"],
  [
    { review: 80, done: 95 },
    "at least 80 % of the story file's tasks are ticked, and none was taken out; below 95 % the story stays in review",
  ],
])("thresholds are told as they are set: %o", (thresholds, wanted) => {
  expect(lines("BUILD", { evidence: { profile: "pantheon", thresholds } })).toContain(wanted);
});

test("artifacts are told by path and form to those that have to leave them", () => {
  const pantheon = { evidence: { profile: "pantheon" }, completions: "docs/completions" };
  const [artifact = ""] = lines("BUILD", { ...pantheon, pipeline: "seven-phase" }).slice(-1);
  expect(artifact).toMatch(/^the builder artifact `docs\/completions\/36-2-builder\.json` is there/);
  const form = /`(\{.*\})` with the story key `36-2`/.exec(artifact)?.[1] ?? "";
  const filled = form.replaceAll("[<paths>]", "[]").replaceAll("<number>", "1");
  expect(JSON.parse(filled)).toMatchObject({
    tasks_addressed: [{ evidence: expect.stringMatching(/\.ts:42/) }],
    tasks_remaining: [expect.anything()],
  });
  expect(lines("COMMIT", { ...pantheon, pipeline: "seven-phase" }).join()).not.toContain("artifact");
  expect(lines("WORK", { ...pantheon, pipeline: "worker" }).at(-1)).toMatch(/^the artifacts progress, builder, review/);
});
