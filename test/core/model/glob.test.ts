import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coversPath, matchesGlob } from "../../../src/core/model/glob.ts";

describe("matchesGlob", () => {
  test.each([
    ["src/a.ts", "src/*.ts", true],
    ["src/b/a.ts", "src/*.ts", false],
    ["src/b/c/a.ts", "src/**/*.ts", true],
    ["src/a.ts", "src/**/*.ts", true],
    ["src/a.ts", "**", true],
    ["a.ts", "?.ts", true],
    ["ab.ts", "?.ts", false],
    ["src/a.tsx", "src/**/*.{ts,tsx}", true],
    ["src/a.css", "src/**/*.{ts,tsx}", false],
    ["b/c", "{a,b/{c,d}}", true],
    ["app/[id]/page.tsx", "app/[id]/*.tsx", true],
    [".github/x.yml", "*/x.yml", true],
    ["./src//a.ts", "src/a.ts", true],
    ["src/a+b(c).ts", "src/a+b(c).ts", true],
  ])("%s and %s: %s", (path, pattern, matches) => expect(matchesGlob(path, pattern)).toBe(matches));

  test("agrees with a regular expression on small alphabets", () => {
    const path = fc.array(fc.constantFrom("a", "b", "aa", "ab"), { minLength: 1, maxLength: 4 });
    const pattern = fc.array(fc.constantFrom("a", "*", "**", "?", "a*", "*b", "a?", "*a*"), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(path, pattern, (segments, parts) => {
        const source = parts
          .map((part) => (part === "**" ? "(?:[ab]+/)*" : `${part.replaceAll("*", "[ab]*").replaceAll("?", "[ab]")}/`))
          .join("");
        const expected = new RegExp(`^${source}$`).test(`${segments.join("/")}/`);
        expect(matchesGlob(segments.join("/"), parts.join("/"))).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
  });

  test("a hostile pattern takes no time worth mentioning", () => {
    const started = performance.now();
    matchesGlob("a".repeat(2_000), `${"*a".repeat(500)}b`);
    matchesGlob("x", "{a,b}".repeat(40));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

test("coversPath takes a folder for what is in it", () => {
  expect(["src", "src/", "src/**"].map((pattern) => coversPath(pattern, "src/a/b.ts"))).toEqual([true, true, true]);
  expect(coversPath("src", "srcs/a.ts")).toBe(false);
});
