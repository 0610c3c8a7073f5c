import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openJournal, readJournal } from "../../../src/core/engine/journal.ts";
import { UserError } from "../../../src/core/model/user-error.ts";
import type { JournaledEvent } from "../../../src/core/scheduler/events.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "journal-"));
  path = join(folder, "journal.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const events = (from: number, count: number): JournaledEvent[] =>
  Array.from({ length: count }, (_, i) => ({
    seq: from + i,
    at: 1000 + i,
    event: { type: "workers.changed", max: i + 1 },
  }));

/** A journal of so many steps of one event each. */
const write = (count: number): void => {
  const { journal } = openJournal(path);
  for (const event of events(1, count)) journal.append([event]);
  journal.close();
};

test("what was appended is read again, by whoever opens the journal next", () => {
  write(3);
  const { journal, events: found } = openJournal(path);
  expect(found).toEqual(events(1, 3));
  journal.append(events(4, 2));
  journal.close();
  expect(readJournal(path)).toHaveLength(5);
});

test("every line has the format version and its number", () => {
  write(1);
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ v: 2, seq: 1, at: 1000 });
});

test("a torn last line is cut off, wherever it is torn, and the next line follows cleanly", () => {
  write(3);
  const whole = statSync(path).size;
  const lastLine = readFileSync(path, "utf8").split("\n")[2]!.length + 1;
  for (let missing = 1; missing < lastLine; missing++) {
    write(0);
    rmSync(path);
    write(3);
    truncateSync(path, whole - missing);
    const { journal, events: found } = openJournal(path);
    expect(found).toEqual(events(1, 2));
    journal.append([{ seq: 3, at: 7, event: { type: "run.paused" } }]);
    journal.close();
    expect(readJournal(path).at(-1)).toEqual({ seq: 3, at: 7, event: { type: "run.paused" } });
  }
});

test("a step is read whole or not at all, wherever it is torn", () => {
  write(2);
  const before = statSync(path).size;
  const { journal } = openJournal(path);
  journal.append(events(3, 3));
  journal.close();
  expect(readJournal(path)).toEqual([...events(1, 2), ...events(3, 3)]);
  for (let bytes = statSync(path).size - 1; bytes >= before; bytes--) {
    truncateSync(path, bytes);
    expect(readJournal(path)).toEqual(events(1, 2));
  }
  const again = openJournal(path);
  again.journal.append(events(3, 2));
  again.journal.close();
  expect(readJournal(path)).toHaveLength(4);
});

test("damage in the middle is told with its line and what to do, and nothing is cut", () => {
  write(3);
  const lines = readFileSync(path, "utf8").split("\n");
  for (const damaged of [
    "{ nonsense",
    '{"v":2,"seq":9,"at":1,"event":{"type":"run.paused"}}',
    '{"v":2,"seq":2,"at":1}',
  ]) {
    writeFileSync(path, [lines[0], damaged, lines[2], ""].join("\n"));
    expect(() => openJournal(path)).toThrow(UserError);
    expect(() => openJournal(path)).toThrow(/journal\.jsonl:2: the journal of this run is damaged/);
  }
});

test("a newer format is refused by name", () => {
  writeFileSync(path, '{"v":3,"seq":1,"at":1,"event":{"type":"run.started"}}\n');
  expect(() => openJournal(path)).toThrow(/a newer storyboard \(format 3\)/);
});

test("a journal larger than what is read at once is read whole", () => {
  const { journal } = openJournal(path);
  for (let i = 0; i < 20; i++) journal.append(events(1 + i * 1000, 1000));
  journal.close();
  expect(statSync(path).size).toBeGreaterThan(1 << 20);
  expect(readJournal(path)).toHaveLength(20_000);
});

test("all who wait for the disk are served, those that come meanwhile by the next sync", async () => {
  const { journal } = openJournal(path);
  journal.append(events(1, 1));
  const first = journal.sync();
  journal.append(events(2, 1));
  await Promise.all([first, journal.sync(), journal.sync()]);
  journal.close();
  expect(readJournal(path)).toHaveLength(2);
});

test("a sync that fails is told to everybody who waited for it", async () => {
  const { journal } = openJournal(path);
  journal.close();
  await expect(Promise.all([journal.sync(), journal.sync()])).rejects.toThrow(/EBADF/);
  appendFileSync(path, "");
});
