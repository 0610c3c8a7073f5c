import { execFileSync } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";

/** One process as the system's table shows it. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** On macOS the group stands for it: `ps` does not tell the session there. */
  readonly session: number;
  /** When it started: clock ticks since boot on Linux, epoch seconds on macOS. Compare only with each other. */
  readonly start: number;
  /** A zombie: it runs no more, only its parent has not asked for its status yet. */
  readonly defunct: boolean;
}

/** Enough for a stat line: 52 numbers and a name of at most 64 bytes. */
const STAT_BYTES_MAX = 2048;
/** How many processes are read before the event loop gets a turn; about 2 ms. */
const ROWS_PER_TURN = 200;
const PS_COLUMNS = "pid=,ppid=,pgid=,stat=,lstart=";

/**
 * All processes of the machine, defunct ones included. A process that ends meanwhile is left out.
 * @param abovePid leaves out all with this pid or a lower one, which is cheaper than looking at them
 */
export const readProcessTable = async (abovePid = 0): Promise<ProcessRow[]> => {
  if (process.platform !== "linux") return parsePs(runPs(["-axo", PS_COLUMNS]));
  const rows: ProcessRow[] = [];
  const buffer = Buffer.allocUnsafe(STAT_BYTES_MAX);
  let countdown = ROWS_PER_TURN;
  for (const name of readdirSync("/proc")) {
    if (!(Number(name) > abovePid)) continue;
    if (--countdown === 0) {
      countdown = ROWS_PER_TURN;
      await nextTurn();
    }
    const row = readStat(name, buffer);
    if (row) rows.push(row);
  }
  return rows;
};

/**
 * The pid that the system gave away last; pids ascend until they begin again at the lowest. 0 when it does not say.
 * The last field of /proc/loadavg (proc_loadavg(5)).
 */
export const lastPid = (): number => {
  if (process.platform !== "linux") return 0;
  const last = Number(readFileSync("/proc/loadavg", "latin1").split(" ")[4]);
  return Number.isInteger(last) ? last : 0;
};

/**
 * Whether a process is still the copy of its parent that a fork makes: it has begun no program of its own, and a signal
 * may meet what its parent set for that. False where the system does not tell.
 */
export const isForkedCopy = ({ pid, parent }: ProcessRow): boolean => {
  if (process.platform !== "linux") return false;
  try {
    const [own, parents] = [pid, parent].map((one) => readFileSync(`/proc/${one}/cmdline`));
    return own !== undefined && parents !== undefined && own.length > 0 && own.equals(parents);
  } catch {
    return false;
  }
};

/** One process, or undefined when there is none with this pid. */
export const readProcess = (pid: number): ProcessRow | undefined =>
  process.platform === "linux"
    ? readStat(String(pid), Buffer.allocUnsafe(STAT_BYTES_MAX))
    : parsePs(runPs(["-o", PS_COLUMNS, "-p", String(pid)]))[0];

/** Reads a line of /proc/<pid>/stat (proc_pid_stat(5)); the name in it may hold spaces and brackets. */
export const parseStat = (line: string): ProcessRow | undefined => {
  const afterName = line.lastIndexOf(") ");
  if (afterName < 0) return undefined;
  const fields = line.slice(afterName + 2).split(" ", 20);
  const start = Number(fields[19]);
  const pid = Number.parseInt(line, 10);
  if (!Number.isInteger(start) || !Number.isInteger(pid)) return undefined;
  return {
    pid,
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    start,
    defunct: isDefunct(fields[0] ?? ""),
  };
};

/** Reads what `ps -o pid=,ppid=,pgid=,stat=,lstart=` prints in the C locale. Lines that are none are left out. */
export const parsePs = (output: string): ProcessRow[] =>
  output.split("\n").flatMap((line) => {
    const found = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S.*)$/.exec(line);
    const start = parseStartTime(found?.[5] ?? "");
    if (!found || Number.isNaN(start)) return [];
    const group = Number(found[3]);
    return [
      {
        pid: Number(found[1]),
        parent: Number(found[2]),
        group,
        session: group,
        start,
        defunct: isDefunct(found[4] ?? ""),
      },
    ];
  });

/** Epoch seconds of what `ps -o lstart=` prints; NaN when it is no time. */
export const parseStartTime = (text: string): number => Date.parse(text.trim().replaceAll(/\s+/g, " ")) / 1000;

const isDefunct = (state: string): boolean => state.startsWith("Z") || state.startsWith("X");

const readStat = (pid: string, buffer: Buffer): ProcessRow | undefined => {
  try {
    const file = openSync(`/proc/${pid}/stat`, "r");
    try {
      return parseStat(buffer.toString("latin1", 0, readSync(file, buffer, 0, STAT_BYTES_MAX, 0)));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    // Gone meanwhile, or hidden from us; anything else (no descriptor free) must not look like that.
    if (GONE.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
};

const GONE: ReadonlySet<string> = new Set(["ENOENT", "ESRCH", "EACCES", "EPERM"]);

const runPs = (options: readonly string[]): string => {
  try {
    return execFileSync("/bin/ps", options, {
      encoding: "utf8",
      env: { LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return "";
  }
};
