import { describe, expect, it } from "vitest";
import { createLineage, membersOf, remember } from "../../../src/core/jobs/lineage.ts";
import { identityOf, isAlive, ownIdentity } from "../../../src/core/jobs/process-identity.ts";
import { type ProcessRow, parsePs, parseStat, readProcessTable } from "../../../src/core/jobs/process-table.ts";

const KEEPER = { pid: 500, start: 100 };

const row = (pid: number, parent: number, more: Partial<ProcessRow> = {}): ProcessRow => ({
  pid,
  parent,
  group: pid,
  session: pid,
  start: 110,
  defunct: false,
  ...more,
});

const keeperRow = row(500, 1, { start: 100 });
const create = () => createLineage({ mark: "m", directory: "/job", keeper: KEEPER, startedHereMs: undefined });
const pids = (rows: readonly ProcessRow[]): number[] => rows.map((each) => each.pid).sort((one, other) => one - other);

describe("the members of a job", () => {
  it("are all descendants of the keeper, without the keeper", () => {
    const rows = [row(503, 502), row(502, 501), row(501, 500), keeperRow, row(600, 1), row(601, 600)];
    expect(pids(membersOf(rows, create()))).toEqual([501, 502, 503]);
  });

  it("are those in its session after the keeper is gone", () => {
    expect(pids(membersOf([row(501, 1, { session: 500 })], create()))).toEqual([501]);
  });

  it("are none of a session, or children, of another process that was given the keeper's pid", () => {
    const stranger = row(500, 1, { start: 200 });
    const rows = [stranger, row(501, 500, { session: 500, start: 201 }), row(502, 500, { start: 202 })];
    expect(membersOf(rows, create())).toEqual([]);
  });

  it("are those seen before that were torn from the tree, but no others with their pids", () => {
    const lineage = create();
    const before = [keeperRow, row(501, 500), row(502, 501)];
    remember(lineage, before, membersOf(before, lineage));
    expect(pids(membersOf([row(502, 1), row(503, 502)], lineage))).toEqual([502, 503]);
    expect(membersOf([row(502, 1, { start: 300 })], lineage)).toEqual([]);
  });

  it("are those in a session that a process seen before led, until its number is given away", () => {
    const lineage = create();
    const before = [keeperRow, row(501, 500), row(502, 501, { session: 501 })];
    remember(lineage, before, membersOf(before, lineage));
    expect(pids(membersOf([row(599, 1, { session: 501 })], lineage))).toEqual([599]);
    expect(membersOf([row(501, 1, { start: 300 }), row(599, 1, { session: 501 })], lineage)).toEqual([]);
  });

  it("are those that carry evidence, and their children", () => {
    const rows = [row(700, 1), row(701, 700), row(702, 1)];
    expect(pids(membersOf(rows, create(), (each) => each.pid === 700))).toEqual([700, 701]);
  });

  it("are never ourselves, older than the job, or defunct", () => {
    const rows = [row(process.pid, 500), row(501, 500, { start: 99 }), row(502, 500, { defunct: true }), keeperRow];
    expect(membersOf(rows, create(), () => true)).toEqual([]);
  });

  it("are forgotten when they are gone, so that memory is bounded by what lives", () => {
    const lineage = create();
    const before = [keeperRow, row(501, 500), row(502, 501)];
    remember(lineage, before, membersOf(before, lineage));
    remember(lineage, [keeperRow], membersOf([keeperRow], lineage));
    expect(lineage.seen.size).toBe(0);
    expect([...lineage.sessions]).toEqual([500]);
  });
});

describe("the process table", () => {
  it("reads names with spaces, brackets and newlines in them", () => {
    const line = `42 (a) (b\nc) Z 7 8 9 ${"0 ".repeat(15)}12345 0 0`;
    expect(parseStat(line)).toEqual({ pid: 42, parent: 7, group: 8, session: 9, start: 12345, defunct: true });
    expect(parseStat("42 (a) S 1")).toBeUndefined();
    expect(parseStat("")).toBeUndefined();
  });

  it("reads what ps prints on macOS", () => {
    const rows = parsePs(
      "    1     0     1 Ss   Mon Nov 17 09:00:01 2025\n  812     1   800 Z+   Tue Nov  8 19:30:00 2025    \nrubbish\n",
    );
    expect(rows.map((each) => [each.pid, each.parent, each.group, each.defunct])).toEqual([
      [1, 0, 1, false],
      [812, 1, 800, true],
    ]);
    expect(rows[0]?.start).toBe(new Date(2025, 10, 17, 9, 0, 1).getTime() / 1000);
  });

  it("leaves out low pids when asked to", async () => {
    const all = await readProcessTable();
    const high = await readProcessTable(process.pid - 1);
    expect(pids(all)).toContain(process.pid);
    expect(Math.min(...pids(high))).toBe(process.pid);
  });
});

describe("an identity", () => {
  it("is proven by start time and boot, not by the pid", () => {
    const own = ownIdentity();
    expect(isAlive(own)).toBe(true);
    expect(isAlive({ ...own, start: own.start + 1 })).toBe(false);
    expect(isAlive({ ...own, boot: "another" })).toBe(false);
    expect(identityOf(2 ** 22 + 1)).toBeUndefined();
  });
});
