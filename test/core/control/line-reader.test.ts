import fc from "fast-check";
import { expect, test } from "vitest";
import { createLineReader } from "../../../src/core/control/line-reader.ts";

test("the same bytes give the same lines, however they are cut into pieces", () => {
  const texts = fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", "")));
  fc.assert(
    fc.property(texts, fc.array(fc.nat(300)), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
      const reader = createLineReader(10_000);
      const ends = [...new Set([...cuts, bytes.length])].filter((cut) => cut <= bytes.length).sort((a, b) => a - b);
      const read = ends.flatMap((end, i) => reader.push(bytes.subarray(ends[i - 1] ?? 0, end)));
      expect(read).toEqual(lines);
    }),
  );
});

test("a line at the bound is read, one byte more is too long for good", () => {
  const reader = createLineReader(4);
  expect(reader.push(Buffer.from("abcd\nab"))).toEqual(["abcd"]);
  expect(reader.push(Buffer.from("cd"))).toEqual([]);
  expect(reader.push(Buffer.from("e"))).toBe("too-long");
  expect(reader.push(Buffer.from("\nab\n"))).toBe("too-long");
});
