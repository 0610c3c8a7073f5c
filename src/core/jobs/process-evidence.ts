import { readFileSync, readlinkSync } from "node:fs";
import { dirname } from "node:path";
import { MARK_VARIABLE } from "./job.ts";
import type { Lineage } from "./lineage.ts";
import type { ProcessRow } from "./process-table.ts";

/** Says which of several jobs a process belongs to by what it carries itself; undefined when by nothing. */
export type EvidenceReader = (row: ProcessRow) => Lineage | undefined;

/** Where programs write; only these: a person who reads a job's files has them open under other numbers. */
const OUTPUTS = [1, 2] as const;

/**
 * Evidence that needs no history: the job's mark in the environment a process was started with, its stdout or stderr
 * still open on the job's files, or that it works in the job's own folder without a terminal. So a process that forked
 * away, left the session and cleared its environment is found as long as its output goes to us or it stays where it
 * was; a person's shell in a worktree has a terminal. Linux only: elsewhere other processes' environments and files cannot be read.
 * Each process is looked at once, however many jobs ask.
 */
export const createEvidenceReader = (lineages: readonly Lineage[]): EvidenceReader => {
  if (process.platform !== "linux") return () => undefined;
  const byMark = new Map(lineages.map((lineage) => [lineage.mark, lineage]));
  const byFolder = new Map(lineages.map((lineage) => [lineage.directory, lineage]));
  const placed = lineages.filter((lineage) => lineage.ownFolder !== undefined);
  const known = new Map<number, Lineage | undefined>();
  const oldest = Math.min(...lineages.map((lineage) => lineage.notBefore));
  return (row) => {
    if (row.start < oldest) return undefined;
    if (!known.has(row.pid)) {
      const owner = ownerByOutput(row.pid, byFolder) ?? ownerByMark(row.pid, byMark) ?? ownerByPlace(row, placed);
      known.set(row.pid, owner);
    }
    return known.get(row.pid);
  };
};

const ownerByOutput = (pid: number, byFolder: ReadonlyMap<string, Lineage>): Lineage | undefined => {
  for (const output of OUTPUTS) {
    const target = attempt(() => readlinkSync(`/proc/${pid}/fd/${output}`));
    const owner = target?.startsWith("/") ? byFolder.get(dirname(target)) : undefined;
    if (owner) return owner;
  }
  return undefined;
};

const ownerByMark = (pid: number, byMark: ReadonlyMap<string, Lineage>): Lineage | undefined => {
  const environment = attempt(() => readFileSync(`/proc/${pid}/environ`, "utf8"));
  const prefix = `\0${MARK_VARIABLE}=`;
  const text = `\0${environment ?? ""}`;
  const at = text.indexOf(prefix);
  if (at < 0) return undefined;
  const end = text.indexOf("\0", at + 1);
  return byMark.get(text.slice(at + prefix.length, end < 0 ? undefined : end));
};

const ownerByPlace = ({ pid, start, parent }: ProcessRow, placed: readonly Lineage[]): Lineage | undefined => {
  // What we started there ourselves (git) is no leftover.
  if (placed.length === 0 || parent === process.pid) return undefined;
  const folder = attempt(() => readlinkSync(`/proc/${pid}/cwd`))?.replace(/ \(deleted\)$/, "");
  const owner = placed.find(
    ({ ownFolder, notBefore }) => start >= notBefore && (folder === ownFolder || folder?.startsWith(`${ownFolder}/`)),
  );
  return owner === undefined || hasTerminal(pid) ? undefined : owner;
};

/** The seventh field of /proc/<pid>/stat (proc_pid_stat(5)); the name before it may hold spaces and brackets. */
const hasTerminal = (pid: number): boolean => {
  const line = attempt(() => readFileSync(`/proc/${pid}/stat`, "latin1")) ?? "";
  return line.slice(line.lastIndexOf(") ") + 2).split(" ", 5)[4] !== "0";
};

/** Processes end and belong to other users: what cannot be read is no evidence. */
const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};
