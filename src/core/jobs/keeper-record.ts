import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import type { ProcessIdentity } from "../model/process-identity.ts";
import { JOB_FILES, type JobEnd } from "./job.ts";
import { parseStartTime, parseStat } from "./process-table.ts";

/** What a claim says: who keeps the job, that a lead fenced it off, or nothing that can be believed (yet). */
export type Claim =
  | { readonly kind: "keeper"; readonly identity: ProcessIdentity }
  | { readonly kind: "fence" }
  | { readonly kind: "torn" };

/** The claim that a resuming lead writes so that no keeper can start the job any more. */
export const FENCE = '{"fence":true}\n';

/** Reads the content of a claim; only a whole line with its newline is believed. */
export const parseClaim = (text: string): Claim => {
  if (text === FENCE) return { kind: "fence" };
  const found = /^\{"pid":(\d{1,10}),"boot":"([^"\n]+)","(stat|started)":"([^"\n]*)"\}\n$/.exec(text);
  if (!found) return { kind: "torn" };
  const [, pidText = "", boot = "", kind, time = ""] = found;
  const pid = Number(pidText);
  const start = kind === "stat" ? parseStat(time)?.start : parseStartTime(time);
  return start === undefined || Number.isNaN(start)
    ? { kind: "torn" }
    : { kind: "keeper", identity: { pid, start, boot } };
};

/** Reads the content of an exit record: the status, or undefined when the record is not (yet) whole. */
export const parseExitStatus = (text: string): number | undefined => {
  const found = /^\{"status":(\d{1,3})\}\n$/.exec(text);
  return found ? Number(found[1]) : undefined;
};

/** The recorded end of the job in a folder; undefined as long as there is no whole record. */
export const readEnd = (directory: string): JobEnd | undefined => {
  const file = join(directory, JOB_FILES.exit);
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) return undefined;
  const status = parseExitStatus(readSmall(file, found.size));
  if (status === undefined) return undefined;
  const signal = signalOf(status);
  return { kind: "exited", status, ...(signal && { signal }), endedAtMs: Math.round(found.mtimeMs) };
};

/** Writes down that we are about to stop a job: a later lead must not take its end for the program's own. */
export const discountEnd = (directory: string): void => {
  try {
    writeFileSync(join(directory, JOB_FILES.discounted), "", { mode: 0o600 });
  } catch {
    // A full disk must not keep us from stopping a job.
  }
};

/** Whether a job's end says nothing about its program, because we stopped it. */
export const isDiscounted = (directory: string): boolean => existsSync(join(directory, JOB_FILES.discounted));

/** The claim in a job's folder. */
export const readClaim = (directory: string): Claim => {
  const file = join(directory, JOB_FILES.claim);
  return parseClaim(readSmall(file, statSync(file, { throwIfNoEntry: false })?.size ?? 0));
};

/** Records are some hundred bytes; a larger file is none of ours. */
const RECORD_BYTES_MAX = 4096;

const readSmall = (file: string, size: number): string => {
  if (size === 0 || size > RECORD_BYTES_MAX) return "";
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};

const signalOf = (status: number): NodeJS.Signals | undefined => {
  if (status <= 128) return undefined;
  const names = Object.keys(constants.signals) as NodeJS.Signals[];
  return names.find((name) => constants.signals[name] === status - 128);
};
