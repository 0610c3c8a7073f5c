import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadConfiguration } from "../../../src/app/configuration/load-configuration.ts";

let root: string;
let projectDirectory: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "prompts-"));
  projectDirectory = join(root, "project");
  mkdirSync(join(projectDirectory, "prompts"), { recursive: true });
  writeFileSync(join(projectDirectory, "prompts/build.md"), "Build {{ story_key }}");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const load = (yaml: string) => {
  writeFileSync(join(projectDirectory, "storyboard.yaml"), yaml);
  return loadConfiguration({ projectDirectory, home: join(root, "home") });
};

test("a template of the project's is a file in the project, under the name of one of ours", async () => {
  const { config } = await load("prompts:\n  build: prompts/build.md\n");
  expect(config.prompts).toEqual({ build: "prompts/build.md" });
  expect((await load("max_workers: 1\n")).config.prompts).toEqual({});
});

test.each([
  ["prompts:\n  build: prompts/biuld.md\n", 'storyboard.yaml:2:10  prompts.build: "prompts/biuld.md" does not exist'],
  ["prompts:\n  build: prompts\n", 'storyboard.yaml:2:10  prompts.build: "prompts" is not a file'],
  ["prompts:\n  build: ../x.md\n", 'storyboard.yaml:2:10  prompts.build: "../x.md" is not a path inside the project'],
  [
    "prompts:\n  build: /etc/passwd\n",
    'storyboard.yaml:2:10  prompts.build: "/etc/passwd" is not a path inside the project',
  ],
  [
    "prompts:\n  build: prompts/link.md\n",
    'storyboard.yaml:2:10  prompts.build: "prompts/link.md" leads out of the project',
  ],
  [
    "prompts:\n  biuld: prompts/build.md\n",
    "storyboard.yaml:2:3  prompts.biuld: no phase uses a prompt template of this name; did you mean build?",
  ],
  [
    "playbooks: ../lessons\n",
    'storyboard.yaml:1:12  playbooks: must be auto or a folder inside the project, not "../lessons"',
  ],
  [
    "playbooks: /var/lessons\n",
    'storyboard.yaml:1:12  playbooks: must be auto or a folder inside the project, not "/var/lessons"',
  ],
])("%j", async (yaml, mistake) => {
  symlinkSync("/etc/passwd", join(projectDirectory, "prompts/link.md"));
  await expect(load(yaml)).rejects.toThrow(`The configuration has a mistake:\n  ${mistake}`);
});
