import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLineSplitter, lineCutMark } from "../../../src/core/jobs/line-splitter.ts";

const split = (pieces: readonly Uint8Array[], lineBytesMax: number): string[] => {
  const splitter = createLineSplitter(lineBytesMax);
  const lines = pieces.flatMap((piece) => {
    const reused = Buffer.from(piece);
    const found = splitter.push(reused);
    reused.fill(0x21);
    return found;
  });
  return [...lines, ...splitter.end()];
};

const cutAt = (bytes: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const cuts = places.map((place) => place % (bytes.length + 1)).sort((one, other) => one - other);
  return [0, ...cuts].map((start, index) => bytes.subarray(start, cuts[index] ?? bytes.length));
};

/** The same over the whole text at once, as dumb as possible. */
const splitPlainly = (bytes: Uint8Array, lineBytesMax: number): string[] => {
  const lines: number[][] = [[]];
  for (const byte of bytes) byte === 0x0a ? lines.push([]) : lines.at(-1)?.push(byte);
  if (lines.at(-1)?.length === 0) lines.pop();
  return lines.map((line) => {
    const text = Buffer.from(line.slice(0, lineBytesMax)).toString("utf8");
    return line.length > lineBytesMax ? text + lineCutMark(line.length - lineBytesMax) : text;
  });
};

const someBytes = fc.oneof(
  fc
    .array(fc.constantFrom("a", "\n", "é", "🔨", "\r", "\0", "long word "), { maxLength: 40 })
    .map((parts) => Buffer.from(parts.join(""))),
  fc.uint8Array({ maxLength: 60 }),
);

describe("splitting into lines", () => {
  it("gives the same lines however the bytes are cut into pieces", () => {
    fc.assert(
      fc.property(
        someBytes,
        fc.array(fc.nat(200), { maxLength: 12 }),
        fc.integer({ min: 1, max: 30 }),
        (bytes, places, max) => {
          expect(split(cutAt(bytes, places), max)).toEqual(splitPlainly(bytes, max));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("counts what is pending, also what it does not keep", () => {
    const splitter = createLineSplitter(4);
    splitter.push(Buffer.from("one\n123456"));
    expect(splitter.pendingBytes).toBe(6);
    expect(splitter.push(Buffer.from("78\n9"))).toEqual([`1234${lineCutMark(4)}`]);
    expect(splitter.pendingBytes).toBe(1);
  });
});
