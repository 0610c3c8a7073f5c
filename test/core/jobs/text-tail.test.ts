import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tailText } from "../../../src/core/jobs/text-tail.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tail-"));
  file = join(folder, "36-2-narrative.log");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const quiet = { text: "", isAnew: false, hasMore: false };
const next = (text: string) => ({ ...quiet, text });
const anew = (text: string) => ({ ...quiet, text, isAnew: true });

test("a file that appears later is read as it grows, each byte once", () => {
  const tail = tailText(file);
  expect(tail.poll()).toEqual(quiet);
  writeFileSync(file, "");
  expect(tail.poll()).toEqual(quiet);
  appendFileSync(file, "[14:32] BU");
  expect(tail.poll()).toEqual(next("[14:32] BU"));
  expect(tail.poll()).toEqual(quiet);
  appendFileSync(file, "ILD — x\n");
  expect(tail.poll()).toEqual(next("ILD — x\n"));
});

test("a character that is cut at the end comes whole with the next piece", () => {
  const tail = tailText(file);
  const bytes = Buffer.from("a🔴b—c");
  let text = "";
  for (const byte of bytes) {
    appendFileSync(file, Buffer.from([byte]));
    const piece = tail.poll();
    expect(piece.isAnew).toBe(false);
    expect(piece.text).not.toContain("\ufffd");
    text += piece.text;
  }
  expect(text).toBe("a🔴b—c");
});

test("a truncated file is read from its start, also when a character was cut", () => {
  const tail = tailText(file);
  writeFileSync(file, Buffer.concat([Buffer.from("first run\n"), Buffer.from("🔴").subarray(0, 2)]));
  expect(tail.poll()).toEqual(next("first run\n"));
  truncateSync(file, 0);
  expect(tail.poll()).toEqual(anew(""));
  expect(tail.poll()).toEqual(quiet);
  appendFileSync(file, "second\n");
  expect(tail.poll()).toEqual(next("second\n"));
});

test("one that was rewritten to its old size or beyond is known by its bytes", () => {
  const tail = tailText(file);
  writeFileSync(file, "one\n");
  expect(tail.poll()).toEqual(next("one\n"));
  const { ino } = statSync(file);
  writeFileSync(file, "two\n");
  // The kernel's clock may be too coarse to tell the two writings apart.
  utimesSync(file, 1, 1);
  expect(statSync(file).ino).toBe(ino);
  expect(tail.poll()).toEqual(anew("two\n"));
  writeFileSync(file, "three and more\n");
  expect(tail.poll()).toEqual(anew("three and more\n"));
});

test("a file in its place is begun anew, even where both begin alike; the rest of the old one is lost", () => {
  const tail = tailText(file);
  writeFileSync(file, "same\n");
  expect(tail.poll()).toEqual(next("same\n"));
  appendFileSync(file, "never read\n");
  renameSync(file, `${file}.1`);
  expect(tail.poll()).toEqual(quiet);
  writeFileSync(file, "same\nmore\n");
  expect(tail.poll()).toEqual(anew("same\nmore\n"));
});

test("a poll reads a bounded piece and says that there is more", () => {
  const tail = tailText(file);
  const text = "é".repeat(80_000);
  writeFileSync(file, `x${text}`);
  const pieces = [tail.poll(), tail.poll(), tail.poll()];
  expect(pieces.map(({ hasMore }) => hasMore)).toEqual([true, true, false]);
  expect(pieces.map((piece) => piece.text).join("") === `x${text}`).toBe(true);
  expect(tail.poll()).toEqual(quiet);
});

test("a link, a folder and a pipe are not read, nor waited for", () => {
  writeFileSync(join(folder, "secret"), "secret");
  symlinkSync(join(folder, "secret"), file);
  expect(tailText(file).poll()).toEqual(quiet);
  mkdirSync(join(folder, "d"));
  expect(tailText(join(folder, "d")).poll()).toEqual(quiet);
  execFileSync("mkfifo", [join(folder, "p")]);
  expect(tailText(join(folder, "p")).poll()).toEqual(quiet);
  expect(tailText(join(folder, "secret", "x")).poll()).toEqual(quiet);
});
