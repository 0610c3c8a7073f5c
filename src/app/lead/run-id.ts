import { randomBytes } from "node:crypto";

const SECOND_MS = 1_000;

/**
 * A new run's id: its time in seconds and enough chance that two never meet, `20260131-225900-5e6b`. It sorts behind those
 * of all earlier runs, which `newest` is the last of: of two runs in one second, or after the clock was put back, it is a
 * later second's.
 */
export const newRunId = (nowMs: number, newest: string | undefined): string => {
  const now = stampOf(nowMs);
  const last = newest === undefined ? undefined : /^\d{8}-\d{6}/.exec(newest)?.[0];
  const lastMs = last === undefined || last < now ? Number.NaN : timeOf(last);
  const stamp = Number.isNaN(lastMs) ? now : stampOf(lastMs + SECOND_MS);
  return `${stamp}-${randomBytes(2).toString("hex")}`;
};

const stampOf = (timeMs: number): string =>
  new Date(timeMs)
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z/g, "")
    .replace("T", "-");

const timeOf = (stamp: string): number =>
  Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/, "$1-$2-$3T$4:$5:$6Z"));
