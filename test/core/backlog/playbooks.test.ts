import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchPlaybooks } from "../../../src/core/backlog/match-playbooks.ts";
import { type Playbook, playbookFileName, playbookText, readPlaybook } from "../../../src/core/backlog/playbook.ts";
import type { Lesson } from "../../../src/core/model/lesson.ts";

const SOURCE = { story: "36-2-badge", date: "2026-01-31" };
const lesson: Lesson = {
  title: "Colours come from the theme",
  when: "A component needs a colour",
  what: "Take it from `theme.ts`.\n\nNever write it down.",
  appliesTo: ["src/components/**", "colour"],
};

describe("the file of a lesson", () => {
  test("is Markdown with a frontmatter", () => {
    expect(playbookText(lesson, SOURCE)).toBe(
      `---
title: "Colours come from the theme"
applies_to: ["src/components/**", "colour"]
story: "36-2-badge"
date: "2026-01-31"
---

# Colours come from the theme

When: A component needs a colour

Take it from \`theme.ts\`.

Never write it down.
`,
    );
  });

  test("whatever a lesson says, its file reads back as one playbook with its title", () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom("---\ntitle: other\n---", "# x", '"', "a: b", "{{ x }}", "&a *a"),
    );
    fc.assert(
      fc.property(text, text, text, fc.array(text, { maxLength: 5 }), (title, when, what, appliesTo) => {
        fc.pre(/[a-z]/i.test(title) && what.trim() !== "");
        const read = readPlaybook("x.md", playbookText({ title, when, what, appliesTo }, SOURCE));
        expect(read?.title).toBe(title.replaceAll(/\n+/g, " ").trim());
        expect(read?.date).toBe("2026-01-31");
        expect(read?.text.endsWith(what.trim())).toBe(true);
        const kept = appliesTo.map((each) => each.replaceAll(/\n+/g, " ").trim()).filter((each) => each !== "");
        expect(read?.appliesTo).toEqual([...new Set(kept)]);
      }),
    );
  });

  test("has a name of letters, never one that is taken", () => {
    expect(playbookFileName("Größe & Café: ../../etc", new Set())).toBe("große-cafe-etc.md".replace("ß", "-"));
    expect(playbookFileName("日本", new Set(["lesson.md"]))).toBe("lesson-2.md");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (title) => {
        const taken = new Set<string>();
        for (let i = 0; i < 3; i++) {
          const name = playbookFileName(title, taken);
          expect(name).toMatch(/^[a-z0-9][a-z0-9-]{0,65}\.md$/);
          expect(taken.has(name)).toBe(false);
          taken.add(name);
        }
      }),
    );
  });
});

describe("a playbook of the project's", () => {
  test("Pantheon's frontmatter counts", () => {
    const text = `---
id: api-patterns
title: API patterns
domains: [api, rest]
file_patterns: ["app/api/**", "*/route.ts"]
last_updated: 2026-02-01
token_cost: 1250
---
# API patterns

## Overview
Validate.
`;
    expect(readPlaybook("api-patterns.md", text)).toEqual({
      file: "api-patterns.md",
      title: "API patterns",
      appliesTo: ["app/api/**", "*/route.ts", "api", "rest"],
      date: "2026-02-01",
      text: "## Overview\nValidate.",
    });
  });

  test("one without a frontmatter is known by its heading or its name; a broken one is no reason to stop", () => {
    expect(readPlaybook("db-rules.md", "Always migrate.")).toMatchObject({ title: "db rules", appliesTo: [] });
    expect(readPlaybook("x.md", "# Migrations\nAlways.")).toMatchObject({ title: "Migrations", text: "Always." });
    expect(readPlaybook("x.md", "---\n: [\n---\nText")).toMatchObject({ title: "x", text: "Text" });
    expect(readPlaybook("x.md", "---\ntitle: x\n---\n# x\n\n")).toBeUndefined();
    expect(readPlaybook("x.md", "---\na: &a [1]\ntitle: *a\n---\nText")?.title).toBe("x");
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => void readPlaybook("x.md", `---\n${text}\n---\n${text}`)),
    );
  });
});

describe("which playbooks match a story", () => {
  const playbook = (title: string, appliesTo: readonly string[], more: Partial<Playbook> = {}): Playbook => ({
    file: `${title}.md`,
    title,
    appliesTo,
    date: "2026-01-01",
    text: `About ${title}.`,
    ...more,
  });
  const titlesFor = (playbooks: readonly Playbook[], text: string, touches: readonly string[] = []): string[] =>
    matchPlaybooks(playbooks, { text, touches }).map(({ title }) => title);

  test.each([
    ["a glob and a path in the text", ["src/auth/**"], "Change src/auth/login.ts, please", [], true],
    ["a path that ends a sentence", ["src/auth/*.ts"], "Change (src/auth/login.ts).", [], true],
    ["a glob and the footprint", ["src/auth/**"], "", ["src/auth/login.ts"], true],
    ["a wider footprint", ["src/auth/**"], "", ["src"], true],
    ["another folder", ["src/auth/**"], "src/billing/a.ts", ["src/billing"], false],
    ["a keyword", ["migration"], "Write a Migration.", [], true],
    ["a keyword of two words", ["null check"], "It lacks a null-check", [], true],
    ["a part of a word", ["auth"], "The author", [], false],
    ["nothing but marks", ["!!"], "!!", [], false],
  ] as const)("%s", (_, appliesTo, text, touches, isMatch) => {
    expect(titlesFor([playbook("x", appliesTo)], text, touches)).toEqual(isMatch ? ["x"] : []);
  });

  test("one without globs and keywords must share two telling words of its title", () => {
    expect(titlesFor([playbook("Database migrations order", [])], "the order of database things")).toHaveLength(1);
    expect(titlesFor([playbook("Database migrations order", [])], "the database")).toEqual([]);
  });

  test("a path says more than a word, and of equal ones the newer comes first", () => {
    const books = [
      playbook("word", ["login"]),
      playbook("old", ["src/**"]),
      playbook("new", ["src/**"], { date: "2026-03-01" }),
      playbook("both", ["src/**", "login"]),
    ];
    expect(titlesFor(books, "login in src/a.ts")).toEqual(["both", "new", "old", "word"]);
  });

  test("at most five and 8 KB; the last is cut", () => {
    const many = Array.from({ length: 9 }, (_, i) => playbook(`b${i}`, ["login"]));
    expect(titlesFor(many, "login")).toEqual(["b0", "b1", "b2", "b3", "b4"]);
    const big = [
      playbook("a", ["login"], { text: "é".repeat(3_000) }),
      playbook("b", ["login"], { text: "é".repeat(3_000) }),
    ];
    const told = matchPlaybooks(big, { text: "login", touches: [] });
    expect(told.map(({ text }) => text.endsWith("[cut off here]"))).toEqual([false, true]);
    expect(told.every(({ text }) => !text.includes("\uFFFD"))).toBe(true);
  });

  test("any playbooks and any story: within bounds, the same in any order", () => {
    const word = fc.constantFrom("login", "src/**", "src/a.ts", "**/*.ts", "db", "x y", "");
    const book = fc.record({
      title: fc.string(),
      applies: fc.array(word, { maxLength: 4 }),
      text: fc.string({ maxLength: 9_000, minLength: 1 }),
    });
    fc.assert(
      fc.property(
        fc.array(book, { maxLength: 12 }),
        fc.array(word, { maxLength: 4 }),
        fc.string(),
        (books, touches, text) => {
          const all = books.map(({ title, applies, text: said }, i) =>
            playbook(title, applies, { text: said, file: `${i}.md` }),
          );
          const facts = { touches, text: `${text} login src/a.ts` };
          const chosen = matchPlaybooks(all, facts);
          expect(chosen.length).toBeLessThanOrEqual(5);
          expect(Buffer.byteLength(chosen.map((each) => each.title + each.text).join(""))).toBeLessThanOrEqual(
            8 * 1024,
          );
          expect(matchPlaybooks([...all].reverse(), facts)).toEqual(chosen);
        },
      ),
    );
  });

  test("text of brackets alone names no path, and one that is no path's length is none", () => {
    const books = [playbook("x", ["src/auth/**"])];
    for (const text of ["(", "[", ")", "a/)", "(a"]) {
      expect(titlesFor(books, `${text.repeat(60_000 / text.length)} src/auth/login.ts`)).toEqual(["x"]);
    }
    expect(titlesFor(books, `a/${")".repeat(190_000)}b src/auth/login.ts`)).toEqual(["x"]);
    expect(titlesFor(books, `src/auth/${"x".repeat(400)}`)).toEqual([]);
  });

  test("many playbooks and a long story are matched in little time", () => {
    const books = Array.from({ length: 200 }, (_, i) =>
      playbook(
        `b${i}`,
        Array.from({ length: 10 }, (__, j) => `src/**/m${i}-${j}/*.ts`),
      ),
    );
    const text = Array.from({ length: 20_000 }, (_, i) => `src/a${i}/b/c.ts`).join(" ");
    const began = performance.now();
    matchPlaybooks(books, { text, touches: [] });
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
