import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDiskCache } from "../../../src/core/evidence/disk-cache.ts";
import { gateKey } from "../../../src/core/evidence/gate-key.ts";

const parts = { tree: "t", command: "npm test", cwd: ".", lockfiles: { a: "1", b: "2" }, salt: "s" };

describe("gateKey", () => {
  test("is the same for the same parts, whatever the order of the lockfiles", () => {
    expect(gateKey(parts)).toMatch(/^[0-9a-f]{64}$/);
    expect(gateKey({ ...parts, lockfiles: { b: "2", a: "1" } })).toBe(gateKey(parts));
  });

  test("differs where any part differs, and where only the border between two parts moves", () => {
    const others = [
      { ...parts, tree: "u" },
      { ...parts, command: "npm tes" },
      { ...parts, cwd: "a" },
      { ...parts, lockfiles: { a: "1", b: "3" } },
      { ...parts, salt: "" },
      { ...parts, tree: "tn", command: "pm test" },
    ];
    expect(new Set([parts, ...others].map(gateKey)).size).toBe(others.length + 1);
  });
});

describe("createDiskCache", () => {
  let folder: string;
  beforeEach(async () => {
    folder = path.join(await mkdtemp(path.join(tmpdir(), "gate-cache-")), "gates");
  });
  afterEach(() => rm(path.dirname(folder), { recursive: true, force: true }));

  const value = { ok: false, durationMs: 12, tail: ["red"], output: "/o" };
  const key = (n: number): string => gateKey({ ...parts, salt: String(n) });

  test("keeps results across processes and leaves no drafts behind", async () => {
    await createDiskCache({ folder }).set(key(1), value);
    expect(await createDiskCache({ folder }).get(key(1))).toEqual(value);
    expect(await createDiskCache({ folder }).get(key(2))).toBeUndefined();
    expect(await readdir(folder)).toEqual([`${key(1)}.json`]);
  });

  test.each(["", "{", "[]", '{"ok":"yes"}'])(
    "a damaged entry (%s) counts as none and can be written again",
    async (damage) => {
      const cache = createDiskCache({ folder });
      await cache.set(key(1), value);
      await writeFile(path.join(folder, `${key(1)}.json`), damage);
      expect(await cache.get(key(1))).toBeUndefined();
      await cache.set(key(1), value);
      expect(await cache.get(key(1))).toEqual(value);
    },
  );

  test("is bounded: what was not asked for the longest goes", async () => {
    const cache = createDiskCache({ folder, entriesMax: 3 });
    for (const n of [1, 2, 3]) {
      await cache.set(key(n), value);
      await utimes(path.join(folder, `${key(n)}.json`), n, n);
    }
    await cache.get(key(1));
    await cache.set(key(4), value);
    expect((await readdir(folder)).sort()).toEqual([1, 3, 4].map((n) => `${key(n)}.json`).sort());
  });

  test("old drafts of a process that died are swept, young ones may be in use", async () => {
    const cache = createDiskCache({ folder });
    await cache.set(key(1), value);
    await writeFile(path.join(folder, "old.tmp"), "");
    await utimes(path.join(folder, "old.tmp"), 1, 1);
    await writeFile(path.join(folder, "young.tmp"), "");
    await cache.set(key(2), value);
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual(["young.tmp"]);
  });

  test("many writers at once do not disturb each other", async () => {
    const caches = Array.from({ length: 4 }, () => createDiskCache({ folder, entriesMax: 5 }));
    await Promise.all(caches.flatMap((cache) => [1, 2, 3, 4, 5, 6, 7, 8].map((n) => cache.set(key(n), value))));
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("a key is never a path", async () => {
    await expect(createDiskCache({ folder }).get("../../etc/passwd")).rejects.toThrow("hexadecimal");
  });
});
