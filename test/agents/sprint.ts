import { execFileSync } from "node:child_process";
import { expect } from "vitest";
import { TOKENS } from "../support/model-server/conversation.ts";
import { type Project, writeSprint } from "../support/project.ts";
import { contractLines, type Line } from "../support/steering.ts";
import type { Bench } from "./bench.ts";
import { FOUND_IN, RIGHT, sensible } from "./builder.ts";
import { taskOf } from "./task.ts";

const STORIES = [
  { key: "1-1-base", tasks: 1 },
  { key: FOUND_IN, tasks: 1, after: ["1-1-base"] },
  { key: "1-3-right", tasks: 1 },
  { key: "1-4-roof", tasks: 1 },
];
const KEYS = STORIES.map(({ key }) => key);

/**
 * Four stories in two worktrees at once, one of which is found wrong and mended: all land, what was used is what the
 * model counted, and each later turn goes on with the conversation of the first one.
 */
export const buildsASprint = async (bench: Bench): Promise<void> => {
  await bench.open(sensible);
  const { project } = bench;
  writeSprint(project, STORIES, {
    configuration: bench.configuration({
      max_workers: 2,
      order: "parallel",
      gates: { commands: { test: "sh test.sh" } },
    }),
  });
  project.write("test.sh", "! grep -q never src/* 2>/dev/null\n").write(".gitignore", "node_modules\n").commit();
  const { status, stdout, stderr } = await bench.storyboard("run", "--headless", "--json");
  const told = `${stderr}\n${stdout}`;
  expect(status, told).toBe(0);
  const lines = contractLines(stdout);
  expectAllLanded(bench, lines, told);
  expectTokens(bench, lines);
  expectContinued(bench);
  expect(bench.left()).toEqual([]);
};

const expectAllLanded = ({ project }: Bench, lines: readonly Line[], told: string): void => {
  const ended = lines.flatMap((line) =>
    line.type === "story.ended" ? [[line.story, line.outcome, line.attempts]] : [],
  );
  expect(ended.toSorted(), told).toEqual(KEYS.map((key) => [key, "done", 1]));
  for (const key of KEYS) expect(project.read(`src/${key}.txt`)).toBe(`${RIGHT}\n`);
  expect(phasesOf(lines, FOUND_IN)).toEqual(["BUILD", "VERIFY", "REFINE", "VERIFY"]);
  expect(phasesOf(lines, "1-1-base")).toEqual(["BUILD", "VERIFY"]);
  expect(project.git("status", "--porcelain")).toBe("");
  for (const folder of worktreesOf(project)) {
    // The sprint file and the stories show what storyboard set there last.
    const product = ["status", "--porcelain", "--", ".", ":(exclude)_bmad-output"];
    expect(execFileSync("git", ["-C", folder, ...product]).toString(), folder).toBe("");
  }
};

const worktreesOf = (project: Project): readonly string[] =>
  [...project.git("worktree", "list", "--porcelain").matchAll(/^worktree (.*)$/gm)].flatMap(
    ([, folder]) => folder ?? [],
  );

const phasesOf = (lines: readonly Line[], story: string): readonly string[] =>
  lines.flatMap((line) => (line.type === "turn.started" && line.story === story ? [line.phase] : []));

const expectTokens = (bench: Bench, lines: readonly Line[]): void => {
  const counted = lines.flatMap((line) => (line.type === "turn.ended" ? [line.usage.tokens ?? 0] : []));
  const { input, written, output } = TOKENS;
  expect(counted.reduce((sum, tokens) => sum + tokens, 0)).toBe(bench.asked.length * (input + written + output));
};

const expectContinued = (bench: Bench): void => {
  const of = (kind: string) =>
    bench.asked.filter((request) => {
      const task = taskOf(request);
      return task.kind === kind && task.story === FOUND_IN && task.done === 0;
    });
  const heard = (request: { said: readonly object[] } | undefined): string => JSON.stringify(request?.said);
  const [refining] = of("refine");
  expect(heard(refining)).toContain(`I write ${FOUND_IN}.`);
  const reviews = of("review");
  expect(reviews).toHaveLength(2);
  expect(heard(reviews[0])).not.toContain(`I write ${FOUND_IN}.`);
  expect(heard(reviews[1])).toContain(`Looked at ${FOUND_IN}.`);
};
