import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import type { Swept } from "./job.ts";
import { type Lineage, membersOf, remember } from "./lineage.ts";
import { createEvidenceReader } from "./process-evidence.ts";
import { lastPid, type ProcessRow, readProcess, readProcessTable } from "./process-table.ts";
import { createPulse } from "./pulse.ts";

/** Finds and ends what is left of jobs. Scans are shared: one serves everybody who asked before it began. */
export interface Sweeper {
  /** From now on the job's descendants are remembered every few seconds, until the returned function is called. */
  watch(lineage: Lineage): () => void;
  /** The living processes of a job without its keeper; remembers them. */
  scan(lineage: Lineage): Promise<readonly ProcessRow[]>;
  /** TERM to everything that is left of the job, after a short grace KILL, until nothing is left. Rejects only if no scan works for long. */
  sweep(lineage: Lineage): Promise<Swept>;
  /** From now on nobody waits for others: sweeps begin at once. For a lead that leaves. */
  hurry(): void;
  close(): void;
}

/** How often descendants of running jobs are remembered. A scan costs about 10 µs for each process of the machine. */
const WATCH_PERIOD_MS = 2000;
/** What leftovers get to end by themselves after TERM. */
const LEFTOVER_GRACE_MS = 500;
const LEFTOVER_POLL_MS = 20;
/** Rounds of KILL; only processes that the system cannot end (or that are not ours to end) survive them. */
const KILL_ROUNDS_MAX = 50;
const SCAN_RETRY_MS = 200;
const SCAN_FAILURES_MAX = 50;

interface Request {
  readonly lineage: Lineage;
  readonly resolve: (rows: readonly ProcessRow[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * @param watchPeriodMs from one look at the running jobs' descendants to the next
 * @param gatherMs how long a scan waits for other jobs to end, too; 0 where somebody waits for its result
 */
export const createSweeper = (watchPeriodMs: number = WATCH_PERIOD_MS, gatherMs = 0): Sweeper => {
  const hurried = new AbortController();
  const watched = new Set<Lineage>();
  const pulse = createPulse(watchPeriodMs, false);
  let requests: Request[] = [];
  let isScanning = false;

  const scanOnce = async (batch: readonly Request[]): Promise<void> => {
    const lineages = batch.map((request) => request.lineage);
    const abovePid = lowestPidOf(lineages);
    const rows = await readProcessTable(abovePid);
    const ownerOf = createEvidenceReader(lineages);
    for (const lineage of watched)
      if (abovePid === 0 && !lineages.includes(lineage)) remember(lineage, rows, membersOf(rows, lineage));
    for (const { lineage, resolve } of batch) {
      const members = membersOf(rows, lineage, (row) => ownerOf(row) === lineage);
      remember(lineage, rows, members);
      resolve(members);
    }
  };

  const scanAll = async (): Promise<void> => {
    isScanning = true;
    // Jobs that end in the same turn of the event loop, or within the time to gather, share the scan.
    if (gatherMs > 0) await delay(gatherMs, undefined, { signal: hurried.signal }).catch(() => undefined);
    else await nextTurn();
    while (requests.length > 0) {
      const batch = requests;
      requests = [];
      await scanOnce(batch).catch((error: unknown) => {
        for (const request of batch) request.reject(error);
      });
    }
    isScanning = false;
  };

  const scan = (lineage: Lineage): Promise<readonly ProcessRow[]> =>
    new Promise((resolve, reject) => {
      requests.push({ lineage, resolve, reject });
      if (!isScanning) void scanAll();
    });

  // Without evidence: the tree alone is cheap, and what is missed here a sweep's own scan may still find.
  const observe = (): void => {
    if (!isScanning) void scanOnce([]).catch(() => undefined);
  };
  let rest = (): void => undefined;

  return {
    watch: (lineage) => {
      if (watched.size === 0) rest = pulse.add(observe);
      watched.add(lineage);
      return () => {
        if (watched.delete(lineage) && watched.size === 0) rest();
      };
    },
    scan,
    sweep: (lineage) => sweepWith(() => patiently(() => scan(lineage))),
    hurry: () => hurried.abort(),
    close: pulse.close,
  };
};

/** How long pids surely do not come round: not even the smallest range (32,768) is used up so fast. */
const PID_ROUND_MS = 2000;

/**
 * A pid at and below which no process of these jobs can be, or 0. Most jobs of a second run among hundreds of old
 * processes: that pids ascend saves reading those. Only while they cannot have begun again since the first job's start.
 */
const lowestPidOf = (lineages: readonly Lineage[]): number => {
  const earliestMs = performance.now() - PID_ROUND_MS;
  let lowest = lineages.length > 0 ? Number.POSITIVE_INFINITY : 0;
  for (const { keeper, startedHereMs = 0 } of lineages)
    lowest = Math.min(lowest, keeper && startedHereMs > earliestMs ? keeper.pid - 1 : 0);
  return lowest < lastPid() ? lowest : 0;
};

/** Sends a signal to exactly this process; a pid that was given to another one meanwhile is left alone. */
export const signalProcess = (row: ProcessRow, signal: NodeJS.Signals): void => {
  if (!isStillThere(row)) return;
  try {
    process.kill(row.pid, signal);
  } catch {
    // It ended meanwhile, or belongs to another user.
  }
};

const sweepWith = async (scan: () => Promise<readonly ProcessRow[]>): Promise<Swept> => {
  let left = await scan();
  if (left.length === 0) return { survivors: [] };
  for (const row of left) signalProcess(row, "SIGTERM");
  for (let waitedMs = 0; waitedMs < LEFTOVER_GRACE_MS && left.some(isStillThere); waitedMs += LEFTOVER_POLL_MS)
    await delay(LEFTOVER_POLL_MS);
  for (let round = 0; round < KILL_ROUNDS_MAX; round++) {
    left = await scan();
    if (left.length === 0) break;
    for (const row of left) signalProcess(row, "SIGKILL");
    await delay(LEFTOVER_POLL_MS);
  }
  return { survivors: left };
};

/** A machine out of file descriptors cannot be scanned for a while; to call that "nothing left" would be a lie. */
const patiently = async <T>(scan: () => Promise<T>): Promise<T> => {
  for (let failures = 0; ; failures++) {
    try {
      return await scan();
    } catch (error) {
      const isOfTheSystem = (error as NodeJS.ErrnoException).code !== undefined;
      if (!isOfTheSystem || failures === SCAN_FAILURES_MAX) throw error;
      await delay(SCAN_RETRY_MS);
    }
  }
};

const isStillThere = (row: ProcessRow): boolean => {
  const now = readProcess(row.pid);
  return now !== undefined && now.start === row.start && !now.defunct;
};
