import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readOwnStory } from "../../../src/app/mcp/own-story.ts";
import { temporaryFolder } from "../../core/workspace/repository.ts";

test("an agent's own story is read where it is a file of a story's length, else it is said why not", async () => {
  const file = join(temporaryFolder(), "1-2.md");
  const asked = () => readOwnStory({ STORYBOARD_STORY: "1-2", STORYBOARD_STORY_FILE: file });
  expect(await asked()).toMatchObject({ ok: false, text: expect.stringContaining("cannot be read") });
  writeFileSync(file, "# Story 1.2: A\n\n## Tasks\n\n- [x] One\n");
  const { ok, text } = await asked();
  expect([ok, JSON.parse(text)]).toMatchObject([true, { key: "1-2", file, tasks: [{ text: "One", done: true }] }]);
  writeFileSync(file, "x".repeat(600_000));
  expect(await asked()).toMatchObject({ ok: false, text: expect.stringContaining("is longer than 524288 bytes") });
  execFileSync("rm", [file]);
  execFileSync("mkfifo", [file]);
  expect(await asked()).toMatchObject({ ok: false, text: expect.stringContaining("no plain file") });
});
