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
 * Evidence that needs no history: the job's mark in the environment a process was started with, or its stdout or
 * stderr still open on the job's files. So a process that forked away, left the session and cleared its environment is
 * found as long as its output goes to us. Linux only: elsewhere other processes' environments and files cannot be read.
 * Each process is looked at once, however many jobs ask.
 */
export const createEvidenceReader = (lineages: readonly Lineage[]): EvidenceReader => {
  if (process.platform !== "linux") return () => undefined;
  const byMark = new Map(lineages.map((lineage) => [lineage.mark, lineage]));
  const byFolder = new Map(lineages.map((lineage) => [lineage.directory, lineage]));
  const known = new Map<number, Lineage | undefined>();
  const oldest = Math.min(...lineages.map((lineage) => lineage.notBefore));
  return (row) => {
    if (row.start < oldest) return undefined;
    if (!known.has(row.pid)) known.set(row.pid, ownerByOutput(row.pid, byFolder) ?? ownerByMark(row.pid, byMark));
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

/** Processes end and belong to other users: what cannot be read is no evidence. */
const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};
