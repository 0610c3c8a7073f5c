import { expect, test } from "vitest";
import { bookLessons } from "../../../src/core/engine/kept-files/book-lessons.ts";
import type { Lesson } from "../../../src/core/model/lesson.ts";

const lesson = (title: string): Lesson => ({ title, when: "always", what: "mind it", appliesTo: ["src/**"] });

/** The files that lessons become, beside those that are there. */
const booked = async (lessons: readonly Lesson[], there: Readonly<Record<string, string>> = {}) => {
  const files = new Map<string, Uint8Array>();
  const read = async (path: string) => (there[path] === undefined ? undefined : Buffer.from(there[path]));
  await bookLessons({ folder: "docs/playbooks", lessons, story: "36-2-badge", date: "2026-01-31" }, read, files);
  return files;
};

test("a lesson is a file of its own that tells its story and day", async () => {
  const files = await booked([lesson("Close the pool")]);
  expect([...files.keys()]).toEqual(["docs/playbooks/close-the-pool.md"]);
  const text = Buffer.from(files.get("docs/playbooks/close-the-pool.md")!).toString("utf8");
  expect(text).toContain('story: "36-2-badge"\ndate: "2026-01-31"');
});

test("one that is there already is not written again; another with such a name gets the next one", async () => {
  const there = { "docs/playbooks/close-the-pool.md": '---\ntitle: "Close the POOL"\n---\n\nmind it\n' };
  expect([...(await booked([lesson("close the pool!")], there)).keys()]).toEqual([]);
  const other = { "docs/playbooks/close-the-pool.md": "# Something else\n\nmind that\n" };
  expect([...(await booked([lesson("Close the pool")], other)).keys()]).toEqual(["docs/playbooks/close-the-pool-2.md"]);
});
