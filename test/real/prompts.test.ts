import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agentConfiguration, Project, writeSprint } from "../support/project.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.remove());

/** The prompts of the newest run, by the name of their job. */
const prompts = (): Readonly<Record<string, string>> => {
  const runs = join(project.path, ".storyboard/runs");
  const jobs = join(runs, readdirSync(runs).sort().at(-1) ?? "", "jobs");
  const names = readdirSync(jobs, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return Object.fromEntries(names.map(({ name }) => [name, readFileSync(join(jobs, name, "prompt.md"), "utf8")]));
};

test("agents get the project's own words, its own skills and its languages", async () => {
  writeSprint(project, [{ key: "1-1-base", more: "\n{{ title }} {% if x %}\n" }]);
  project.write(
    "storyboard/prompts/build.md",
    "House rules for {{ short_key }}\n\n{{ sections.story }}\n\n{{ sections.commit }}\n",
  );
  project.write("_bmad/bmm/config.yaml", "communication_language: German\ndocument_output_language: Dutch\n");
  project.write("_bmad/bmm/workflows/4-implementation/code-review/workflow.yaml", "name: code-review\n");
  project.commit();
  const { status, stdout } = await project.storyboard(["run", "--headless"]);
  expect(status, stdout).toBe(0);
  const all = prompts();
  expect(all["1-1-base.1.BUILD-1"]).toBe(
    "House rules for `1-1`\n\nSTORY_PATH: `_bmad-output/implementation-artifacts/1-1-base.md`\n\nCOMMIT: commit all of your work on the current branch, with the subject `feat(1-1): 1-1-base` (more than one commit is fine, if one has it). Leave nothing of the product uncommitted. Never push, never switch or rewrite the branch. Leave `_bmad-output/implementation-artifacts/sprint-status.yaml` out of it.\n",
  );
  const review = Object.entries(all).find(([name]) => name.includes("VERIFY"))?.[1];
  expect(review).toContain("Read `_bmad/bmm/workflows/4-implementation/code-review/workflow.yaml` in full");
  expect(review).toContain("- Language of your messages: `German`\n- Language of documents: `Dutch`\n");
});

test("a template that fails is refused before anything starts, with its file and line", async () => {
  writeSprint(project, [{ key: "1-1-base" }], { configuration: agentConfiguration("prompts: { verify: mine.md }\n") });
  project.write("mine.md", "Review\n\n{{ sections.verdict }}\n").commit();
  for (const args of [["run", "--headless"], ["plan"]]) {
    const { status, stderr } = await project.storyboard(args);
    expect(status).toBe(2);
    expect(stderr).toContain("mine.md:3  there is no variable sections.verdict; did you mean sections.verdict_block?");
    expect(stderr).toContain("A template knows these variables: story_key, ");
  }
  project.write("storyboard.yaml", agentConfiguration("prompts: { verify: his.md }\n"));
  const { status, stderr } = await project.storyboard(["run", "--headless"]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/storyboard\.yaml:\d+:\d+ {2}prompts\.verify: "his\.md" does not exist/);
});

test("a resumed run speaks the words that it started with", async () => {
  const agent = "sh -c 'cat > /dev/null; echo \"QUESTION: which?\"'";
  const configuration = (command: string) =>
    `agents:\n  builder: { cli: command, command: [sh, -c, ${JSON.stringify(command)}] }\ngates: { commands: {} }\npipeline: build\ninbox: fail\n`;
  writeSprint(project, [{ key: "1-1-base" }], { configuration: configuration(agent) });
  project.write("storyboard/prompts/build.md", "The old words for {{ short_key }}\n").commit();
  expect((await project.storyboard(["run", "--headless"])).status).toBe(1);
  project.write("storyboard/prompts/build.md", "The new words\n");
  expect((await project.storyboard(["ctl", "answer", "1-1", "this one"])).status).toBe(0);
  await project.storyboard(["run", "--resume", "--headless"]);
  const said = Object.values(prompts());
  expect(said.length).toBeGreaterThanOrEqual(2);
  for (const prompt of said) expect(prompt).toContain("The old words for `1-1`");
});
