import type { ProcessRow } from "./process-table.ts";

/** What is known about the processes of one job. Mutated only by `remember`. */
export interface Lineage {
  readonly mark: string;
  /** The job's folder, free of symbolic links, as /proc shows it. */
  readonly directory: string;
  /** Undefined when the claim never said who it is. */
  readonly keeper: { readonly pid: number; readonly start: number } | undefined;
  /** Nothing that started before this can belong to the job; unit of `ProcessRow.start`. */
  readonly notBefore: number;
  /** When we started its keeper, on the clock of `performance.now()`; undefined for one that was adopted. */
  readonly startedHereMs: number | undefined;
  /** `JobSpec.ownFolder`; not known of an adopted job. */
  readonly ownFolder?: string | undefined;
  /** Processes seen as the job's while they lived: pid to start time. */
  readonly seen: Map<number, number>;
  /** Sessions that a process of the job leads or led, the keeper's first. */
  readonly sessions: Set<number>;
}

/** A job's lineage before anything was seen of it. */
export const createLineage = (
  job: Pick<Lineage, "mark" | "directory" | "keeper" | "startedHereMs" | "ownFolder">,
): Lineage => ({
  ...job,
  notBefore: job.keeper?.start ?? 0,
  seen: new Map(),
  sessions: new Set(job.keeper ? [job.keeper.pid] : []),
});

/**
 * The living processes of a job, without its keeper: those seen before, those in its sessions, those that carry other
 * evidence (mark, open output), and all descendants of these and of the keeper. A pid is never enough: a process must
 * have started when it was seen, and a session counts only while its number was not given to a stranger.
 * @param isEvident whether the process itself shows that it is the job's
 */
export const membersOf = (
  rows: readonly ProcessRow[],
  lineage: Lineage,
  isEvident: (row: ProcessRow) => boolean = () => false,
): ProcessRow[] => {
  const { keeper, notBefore } = lineage;
  const sessions = ownSessions(rows, lineage);
  const isCandidate = (row: ProcessRow): boolean =>
    row.start >= notBefore && !row.defunct && row.pid !== process.pid && !isKeeper(row, lineage);
  const candidates = rows.filter(isCandidate).sort((one, other) => one.start - other.start);
  const members = new Map<number, ProcessRow>();
  const isMember = (row: ProcessRow): boolean =>
    lineage.seen.get(row.pid) === row.start ||
    sessions.has(row.session) ||
    members.has(row.parent) ||
    (row.parent === keeper?.pid && sessions.has(keeper.pid)) ||
    isEvident(row);
  for (let countBefore = -1; countBefore !== members.size; ) {
    countBefore = members.size;
    for (const row of candidates) if (!members.has(row.pid) && isMember(row)) members.set(row.pid, row);
  }
  return [...members.values()];
};

/** Whether a row is the job's keeper. */
export const isKeeper = (row: ProcessRow, { keeper }: Lineage): boolean =>
  keeper !== undefined && row.pid === keeper.pid && row.start === keeper.start;

/**
 * Keeps what identifies the members after they were torn from the tree: a process that clears its environment and
 * leaves the session is still known by having been seen. What is gone is forgotten, so the memory is bounded by what lives.
 */
export const remember = (lineage: Lineage, rows: readonly ProcessRow[], members: readonly ProcessRow[]): void => {
  const inhabited = new Set(rows.map((row) => row.session));
  for (const session of lineage.sessions)
    if (!inhabited.has(session) && session !== lineage.keeper?.pid) lineage.sessions.delete(session);
  lineage.seen.clear();
  for (const row of members) {
    lineage.seen.set(row.pid, row.start);
    if (row.session === row.pid) lineage.sessions.add(row.pid);
  }
};

/** The job's sessions without those whose number now belongs to another leader. */
const ownSessions = (rows: readonly ProcessRow[], lineage: Lineage): ReadonlySet<number> => {
  const own = new Set(lineage.sessions);
  for (const row of rows) {
    if (!own.has(row.pid)) continue;
    if (!isKeeper(row, lineage) && lineage.seen.get(row.pid) !== row.start) own.delete(row.pid);
  }
  return own;
};
