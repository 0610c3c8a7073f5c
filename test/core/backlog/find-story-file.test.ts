import { describe, expect, test } from "vitest";
import { StoryFiles } from "../../../src/core/backlog/find-story-file.ts";

const find = (files: readonly string[], key: string, others: readonly string[] = [], epic?: string) =>
  new StoryFiles(files, [key, ...others]).find({ key, ...(epic === undefined ? {} : { epic }) });

describe("the file of a story", () => {
  test.each([
    ["1-2-login", ["a/1-2-login.md", "b/1-2-login.md"], "a/1-2-login.md"],
    ["1-2-login", ["1-2-login-code-review.md", "1-2-login.md", "1-2-qa-tester.md"], "1-2-login.md"],
    ["1-2-login", ["story-1-2-login.md"], "story-1-2-login.md"],
    ["1-2-login", ["1.2.login.md"], "1.2.login.md"],
    ["1-2-login", ["1.2.story.md"], "1.2.story.md"],
    ["1-2-login", ["story-1.2.md"], "story-1.2.md"],
    ["1-2-login", ["1-2-sign-in.md", "1-20-other.md", "1-2-code-review.md"], "1-2-sign-in.md"],
    ["1-2-login", ["1-2-sign-in.md", "1-2-sign-in-notes-of-anna.md"], "1-2-sign-in.md"],
    ["1-2-login", ["1-20-login.md", "11-2-login.md"], undefined],
    ["STORY-051", ["STORY-051.md"], "STORY-051.md"],
    ["2-6a-split", ["2-6-whole.md", "2-6a-part.md"], "2-6a-part.md"],
  ])("%s among %j is %s", (key, files, expected) => {
    expect(find(files, key).file).toBe(expected);
  });

  test("with an epic of words is found by its number", () => {
    expect(find(["tsr-2-3-axis-of-plot.md", "tsr-2-30-x.md", "2-3-x.md"], "tsr-2-3-axis", [], "tsr-2").file).toBe(
      "tsr-2-3-axis-of-plot.md",
    );
  });

  test("is never another story's own file", () => {
    expect(find(["9-5-6-notes.md"], "9-5-menu", ["9-5-6-notes"], "9")).toEqual({});
  });

  test("is not guessed where two could be meant", () => {
    const { file, note } = find(["1-2-sign-in.md", "1-2-log-on.md"], "1-2-login");
    expect(file).toBeUndefined();
    expect(note).toMatch(/several files.*1-2-sign-in\.md, 1-2-log-on\.md.*1-2-login\.md/);
  });

  test("that the backlog names comes first, if it exists", () => {
    const files = new StoryFiles(["s/own.md", "1-2-login.md"], ["1-2-login"]);
    expect(files.find({ key: "1-2-login", named: "s/own.md" }).file).toBe("s/own.md");
    expect(files.find({ key: "1-2-login", named: "../../etc/passwd" }).file).toBe("1-2-login.md");
  });
});
