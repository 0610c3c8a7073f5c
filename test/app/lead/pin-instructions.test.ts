import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pinInstructions } from "../../../src/app/lead/pin-instructions.ts";
import { skillFor } from "../../../src/core/backlog/project-skills.ts";
import { configSchema } from "../../../src/core/model/config.ts";
import { openRepository } from "../../../src/core/workspace/inspect-repository.ts";
import { commit, makeRepository, write } from "../../core/workspace/repository.ts";

const pinned = async (root: string, settings: object = {}, carried: readonly string[] = []) =>
  pinInstructions(await openRepository(root), configSchema.parse(settings), carried);

test("without templates, skills and BMAD there is nothing", async () => {
  expect(await pinned(makeRepository())).toEqual({
    pinned: { skills: { files: {}, worker: {} }, languages: {} },
    notes: [],
  });
});

test("templates come from the setting, then from the folder, checked and as they are now", async () => {
  const root = makeRepository();
  write(root, {
    "storyboard/prompts/build.md": "of the folder",
    "storyboard/prompts/verify.md": "Review {{ story_key }}\r\n",
    "storyboard/prompts/biuld.md": "a slip",
    "storyboard/prompts/notes.txt": "no template",
    "mine.md": "\uFEFFof the setting",
  });
  const { pinned: found, notes } = await pinned(root, { prompts: { build: "mine.md" } });
  expect(found.prompts).toEqual({
    build: { file: "mine.md", text: "of the setting" },
    verify: { file: "storyboard/prompts/verify.md", text: "Review {{ story_key }}\n" },
  });
  expect(notes).toEqual(["storyboard/prompts/biuld.md is the prompt template of no phase; did you mean build.md?"]);
});

test("a template that fails stops the start, with its file and line", async () => {
  const root = makeRepository({ "storyboard/prompts/build.md": "Build\n{{ storykey }}\n" });
  await expect(pinned(root)).rejects.toThrow(
    "A prompt template has a mistake:\n  storyboard/prompts/build.md:2  there is no variable storykey; did you mean story_key?",
  );
  writeFileSync(join(root, "storyboard/prompts/build.md"), Buffer.from([0x80, 0x80]));
  await expect(pinned(root)).rejects.toThrow("The prompt template storyboard/prompts/build.md is not UTF-8 text.");
});

test("a skill counts where agents have it in their working folder", async () => {
  const skill = ".claude/skills/bmad-dev-story/SKILL.md";
  const root = makeRepository({ "a.txt": "a" });
  write(root, { [skill]: "# Steps", "_bmad/bmm/config.yaml": "communication_language: German\n" });
  const found = async (settings: object = {}, carried: readonly string[] = []) => {
    const { skills } = (await pinned(root, settings, carried)).pinned;
    return skills === undefined ? undefined : skillFor(skills, "build", "claude");
  };
  expect(await found()).toBeUndefined();
  expect(await found({}, [".claude"])).toEqual({ path: skill, command: "bmad-dev-story" });
  expect(await found({ isolation: "shared" })).toEqual({ path: skill, command: "bmad-dev-story" });
  commit(root, "skills");
  expect(await found()).toEqual({ path: skill, command: "bmad-dev-story" });
  expect((await pinned(root)).pinned.languages).toEqual({ communication: "German" });
});

test("a project in a folder of its repository names paths from its own folder", async () => {
  const root = makeRepository({ "apps/shop/.claude/commands/bmad-bmm-code-review.md": "x", "apps/shop/b.txt": "b" });
  mkdirSync(join(root, "apps/shop"), { recursive: true });
  const { skills } = (await pinned(join(root, "apps/shop"))).pinned;
  expect(skills?.files.review).toEqual([
    {
      name: "code-review",
      path: ".claude/commands/bmad-bmm-code-review.md",
      program: "claude",
      command: "bmad-bmm-code-review",
    },
  ]);
});
