import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { ProcessIdentity } from "../model/process-identity.ts";
import { readProcess } from "./process-table.ts";

/** What names this boot of the machine. Reads a small file on Linux; on macOS it costs a process, so keep it. */
export const bootId = (): string =>
  process.platform === "linux"
    ? readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
    : execFileSync("/usr/sbin/sysctl", ["-n", "kern.boottime"], { encoding: "utf8" }).replace(/\D*(\d+).*/s, "$1");

/** The identity of a living process; undefined when there is none with this pid (a zombie does not live). */
export const identityOf = (pid: number, boot: string = bootId()): ProcessIdentity | undefined => {
  const row = readProcess(pid);
  return row && !row.defunct ? { pid, start: row.start, boot } : undefined;
};

/** Who we are. */
export const ownIdentity = (): ProcessIdentity => {
  const identity = identityOf(process.pid);
  if (!identity) throw new Error(`cannot read the start time of process ${process.pid}`);
  return identity;
};

/** Whether exactly this process still runs. */
export const isAlive = (identity: ProcessIdentity, boot: string = bootId()): boolean =>
  identity.boot === boot && identityOf(identity.pid, boot)?.start === identity.start;
