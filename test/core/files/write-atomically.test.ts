import { writeFileSync } from "node:fs";
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  FileWriteError,
  removeDrafts,
  UPDATE_TRIES_MAX,
  updateFile,
  writeAtomically,
} from "../../../src/core/files/write-atomically.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "storyboard-files-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const upper = (old: Uint8Array): Uint8Array => bytes(new TextDecoder().decode(old).toUpperCase());

test("a new file is written, and nothing else is left in the folder", async () => {
  await writeAtomically(join(folder, "a.txt"), bytes("hello"));
  expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("hello");
  expect(await readdir(folder)).toEqual(["a.txt"]);
});

test("an update writes through symlinks and keeps the permission bits", async () => {
  await mkdir(join(folder, "real"));
  await writeFile(join(folder, "real", "a.txt"), "hello");
  await chmod(join(folder, "real", "a.txt"), 0o640);
  await symlink(join("real", "a.txt"), join(folder, "link"));
  expect(await updateFile(join(folder, "link"), upper)).toBe(true);
  expect(await readFile(join(folder, "real", "a.txt"), "utf8")).toBe("HELLO");
  expect((await stat(join(folder, "real", "a.txt"))).mode & 0o777).toBe(0o640);
  expect((await lstat(join(folder, "link"))).isSymbolicLink()).toBe(true);
  expect(await readdir(join(folder, "real"))).toEqual(["a.txt"]);
});

test("an update that changes nothing does not touch the file", async () => {
  const path = join(folder, "a.txt");
  await writeFile(path, "hello");
  const before = await stat(path);
  expect(await updateFile(path, (old) => old)).toBe(false);
  expect(await updateFile(path, () => undefined)).toBe(false);
  expect((await stat(path)).ino).toBe(before.ino);
});

test("what somebody else writes meanwhile is never lost", async () => {
  const path = join(folder, "a.txt");
  await writeFile(path, "one");
  let calls = 0;
  await updateFile(path, (old) => {
    calls++;
    if (calls === 1) writeFileSync(path, "their words");
    return upper(old);
  });
  expect(await readFile(path, "utf8")).toBe("THEIR WORDS");
  expect(calls).toBe(2);
});

test("a file that never stays still is given up with a code, and keeps their content", async () => {
  const path = join(folder, "a.txt");
  await writeFile(path, "0");
  let calls = 0;
  const update = updateFile(path, () => {
    calls++;
    writeFileSync(path, "x".repeat(calls + 1));
    return bytes("ours");
  });
  await expect(update).rejects.toMatchObject({ code: "EBUSY" });
  expect(calls).toBe(UPDATE_TRIES_MAX);
  expect(await readdir(folder)).toEqual(["a.txt"]);
});

test("errors keep their code: a missing file, a missing folder, a dangling link, a folder", async () => {
  await symlink("nowhere", join(folder, "link"));
  await expect(updateFile(join(folder, "none"), upper)).rejects.toMatchObject({ code: "ENOENT" });
  await expect(writeAtomically(join(folder, "no", "file"), bytes("x"))).rejects.toMatchObject({ code: "ENOENT" });
  await expect(writeAtomically(join(folder, "link"), bytes("x"))).rejects.toBeInstanceOf(FileWriteError);
  await expect(writeAtomically(folder, bytes("x"))).rejects.toBeInstanceOf(FileWriteError);
  expect(await readdir(folder)).toEqual(["link"]);
});

test("a write that cannot be finished leaves the old file and no other", async () => {
  const path = join(folder, "target");
  // A folder in the place of the file makes the very last step fail.
  await mkdir(path);
  await writeFile(join(path, "kept"), "x");
  await expect(writeAtomically(path, bytes("x"))).rejects.toBeInstanceOf(FileWriteError);
  expect(await readdir(folder)).toEqual(["target"]);
  expect(await readdir(path)).toEqual(["kept"]);
});

test("what the transform throws comes through as it is", async () => {
  await writeFile(join(folder, "a.txt"), "x");
  const error = new RangeError("mine");
  await expect(
    updateFile(join(folder, "a.txt"), () => {
      throw error;
    }),
  ).rejects.toBe(error);
});

test("what a crash left of earlier writes is removed, and nothing else", async () => {
  await writeFile(join(folder, "a.txt"), "hello");
  await symlink("a.txt", join(folder, "link"));
  const left = ".a.txt.3fa5ec7b-177d-4e49-8303-e46bd2909bc9.storyboard-tmp";
  for (const name of [left, ".b.txt.1.storyboard-tmp", ".a.txt.tmp"]) await writeFile(join(folder, name), "half");
  await removeDrafts(join(folder, "link"));
  expect((await readdir(folder)).sort()).toEqual([".a.txt.tmp", ".b.txt.1.storyboard-tmp", "a.txt", "link"]);
  await removeDrafts(join(folder, "nowhere", "c.txt"));
});
