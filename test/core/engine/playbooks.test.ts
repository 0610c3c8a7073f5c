import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findPlaybookFolder, PLAYBOOKS_MAX, readPlaybooks, saveLessons } from "../../../src/core/engine/playbooks.ts";
import type { Lesson } from "../../../src/core/model/lesson.ts";

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "playbooks-")));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const SOURCE = { story: "1-1", date: "2026-01-31" };
const lesson = (title: string): Lesson => ({ title, when: "", what: `About ${title}`, appliesTo: ["src/**"] });
const folder = ".storyboard/playbooks";

test("what one story taught, the next one finds; a title that is known is not written again", async () => {
  expect(await readPlaybooks(root, folder)).toEqual([]);
  const first = await saveLessons({ root, folder }, [lesson("Use the theme"), lesson("Use  the THEME!")], SOURCE);
  expect(first).toEqual({ written: [`${folder}/use-the-theme.md`], known: ["Use  the THEME!"] });
  const again = await saveLessons({ root, folder }, [lesson("use the theme"), lesson("Use the: theme 2")], SOURCE);
  expect(again.written).toEqual([`${folder}/use-the-theme-2.md`]);
  expect((await readPlaybooks(root, folder)).map(({ title }) => title)).toEqual(["Use the: theme 2", "Use the theme"]);
});

test("a file of the project's is never written over", async () => {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, "THEME.md"), "");
  const { written } = await saveLessons({ root, folder }, [lesson("theme")], SOURCE);
  expect(written).toEqual([`${folder}/theme-2.md`]);
  expect(readFileSync(join(root, folder, "THEME.md"), "utf8")).toBe("");
});

test("a full folder takes no more, and says so", async () => {
  mkdirSync(join(root, folder), { recursive: true });
  for (let i = 0; i < PLAYBOOKS_MAX; i++) writeFileSync(join(root, folder, `${i}.md`), `Text ${i}`);
  const saved = await saveLessons({ root, folder }, [lesson("new")], SOURCE);
  expect(saved).toMatchObject({ written: [], refused: expect.stringContaining("200 files") });
  expect(await readPlaybooks(root, folder)).toHaveLength(PLAYBOOKS_MAX);
});

test("a link leads nowhere: nothing is written or read through it", async () => {
  const outside = join(root, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "secret.md"), "secret");
  const project = join(root, "project");
  mkdirSync(join(project, "docs"), { recursive: true });
  symlinkSync(outside, join(project, "docs/playbooks"));
  const place = { root: project, folder: "docs/playbooks" };
  expect(await saveLessons(place, [lesson("x")], SOURCE)).toMatchObject({ written: [], refused: expect.any(String) });
  expect(await readPlaybooks(project, "docs/playbooks")).toEqual([]);
  expect(await findPlaybookFolder(project, "auto")).toEqual({ folder, isOwn: true });
  expect(readdirSync(outside)).toEqual(["secret.md"]);
  mkdirSync(join(project, "lessons"));
  symlinkSync(join(outside, "secret.md"), join(project, "lessons/a.md"));
  expect(await readPlaybooks(project, "lessons")).toEqual([]);
});

test("no lesson makes no folder", async () => {
  await saveLessons({ root, folder }, [], SOURCE);
  expect(readdirSync(root)).toEqual([]);
});

test("the folder is the configured one, Pantheon's, or ours", async () => {
  expect(await findPlaybookFolder(root, "auto")).toEqual({ folder, isOwn: true });
  mkdirSync(join(root, "docs/playbooks/implementation-playbooks"), { recursive: true });
  expect((await findPlaybookFolder(root, "auto")).folder).toBe("docs/playbooks/implementation-playbooks");
  mkdirSync(join(root, "docs/implementation-playbooks"));
  expect(await findPlaybookFolder(root, "auto")).toEqual({ folder: "docs/implementation-playbooks", isOwn: false });
  expect((await findPlaybookFolder(root, "./lessons/")).folder).toBe("lessons");
});
