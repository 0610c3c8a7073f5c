import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readLinkedFile, readPlainFile } from "../../../src/core/files/read-plain-file.ts";

const folder = mkdtempSync(join(tmpdir(), "storyboard-plain-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const text = async (read: ReturnType<typeof readPlainFile>) => {
  const found = await read;
  return found && [found.bytes.toString("utf8"), found.isWhole];
};

test("a plain file is read whole, or so much of it as was asked for", async () => {
  writeFileSync(at("a"), "12345");
  expect(await text(readPlainFile(at("a"), 5))).toEqual(["12345", true]);
  expect(await text(readPlainFile(at("a"), 4))).toEqual(["1234", false]);
  writeFileSync(at("empty"), "");
  expect(await text(readPlainFile(at("empty"), 4))).toEqual(["", true]);
  writeFileSync(at("huge"), "begin");
  truncateSync(at("huge"), 10 * 2 ** 30);
  expect(await text(readPlainFile(at("huge"), 5))).toEqual(["begin", false]);
});

test("what is none is not waited for: a pipe, a device, a folder, nothing", async () => {
  execFileSync("mkfifo", [at("pipe")]);
  for (const path of [at("pipe"), "/dev/zero", folder, at("none"), at("a/b"), "a\u0000b"]) {
    expect(await readPlainFile(path, 10)).toBeUndefined();
    expect(await readLinkedFile(path, 10)).toBeUndefined();
  }
});

test("a link is followed where that is wanted, and leads to nothing but a plain file there, too", async () => {
  writeFileSync(at("there"), "x");
  const targets = {
    there: at("there"),
    pipe: at("pipe"),
    zero: "/dev/zero",
    dangling: at("none"),
    loop: at("to-loop"),
  };
  for (const [name, target] of Object.entries(targets)) {
    symlinkSync(target, at(`to-${name}`));
    expect(await readPlainFile(at(`to-${name}`), 10)).toBeUndefined();
  }
  expect(await text(readLinkedFile(at("to-there"), 10))).toEqual(["x", true]);
  for (const name of ["pipe", "zero", "dangling", "loop"]) {
    expect(await readLinkedFile(at(`to-${name}`), 10)).toBeUndefined();
  }
});
