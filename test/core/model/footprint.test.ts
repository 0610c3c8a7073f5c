import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { footprintsClash } from "../../../src/core/model/footprint.ts";

describe("footprintsClash", () => {
  test.each([
    ["the same file", ["src/a.ts"], ["src/a.ts"], true],
    ["two files of one folder", ["src/a.ts"], ["src/b.ts"], false],
    ["a folder and a file in it", ["src/auth/"], ["./src/auth/login.ts"], true],
    ["folders with a common beginning of their names", ["src/auth"], ["src/authors"], false],
    ["a glob and a file it matches", ["src/**/*.ts"], ["src/a/b.ts"], true],
    ["globs of different folders", ["src/a/**"], ["src/b/**"], false],
    ["a glob within a name", ["src/log*"], ["src/login/form.ts"], true],
    ["a folder and a glob in it", ["src"], ["src/a/*.ts"], true],
    ["a glob that starts with a wildcard and anything", ["**/*.md"], ["src/a.ts"], true],
    ["the whole project and anything", ["."], ["src/a.ts"], true],
    ["names that differ in case only", ["src/App.ts"], ["src/app.ts"], true],
    ["a way around", ["src/x/../a.ts"], ["src/a.ts"], true],
    ["nothing and anything", [], ["**"], false],
    ["one of several", ["a", "b"], ["c", "b/d"], true],
  ])("%s", (_, a, b, clash) => {
    expect(footprintsClash(a, b)).toBe(clash);
    expect(footprintsClash(b, a)).toBe(clash);
  });

  /** Every path of up to three segments over a tiny alphabet. */
  const NAMES = ["a", "b", "ab"];
  const PATHS = NAMES.flatMap((x) => [
    x,
    ...NAMES.flatMap((y) => [`${x}/${y}`, ...NAMES.map((z) => `${x}/${y}/${z}`)]),
  ]);

  /** The paths that an entry names, with all that is in them, found by trying every one with a regular expression. */
  const reach = (entry: string): ReadonlySet<string> => {
    const source = entry
      .replace("**/", "(.+/)?")
      .replace(/\*\*$/, ".+")
      .replaceAll(/(?<![.+)])\*/g, "[^/]*")
      .replace(/(?<=[a-z/]|^)\?(?![a-z]*\))/g, "[^/]");
    const expression = new RegExp(`^${source}(/.*)?$`);
    return new Set(PATHS.filter((path) => expression.test(path)));
  };

  const segment = fc.constantFrom("a", "b", "ab");
  const plain = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  const glob = fc
    .tuple(fc.array(segment, { maxLength: 2 }), fc.constantFrom("*", "**", "a*", "**/b", "?", "*b"))
    .map(([parts, last]) => [...parts, last].join("/"));
  const footprint = fc.array(fc.oneof(plain, glob), { maxLength: 3 });

  const reachOf = (entries: readonly string[]): ReadonlySet<string> =>
    new Set(entries.flatMap((entry) => [...reach(entry)]));

  test("never lets two footprints pass that name a common file, and is symmetric", () => {
    fc.assert(
      fc.property(footprint, footprint, (a, b) => {
        const clash = footprintsClash(a, b);
        expect(footprintsClash(b, a)).toBe(clash);
        if (!reachOf(a).isDisjointFrom(reachOf(b))) expect(clash).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("is exact for files and folders", () => {
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        expect(footprintsClash([a], [b])).toBe(!reach(a).isDisjointFrom(reach(b)));
      }),
      { numRuns: 2_000 },
    );
  });
});
