import type { GateOutcome } from "./evidence.ts";
import { createSlots } from "./slots.ts";

/** One gate to be run on one state of the project. */
export interface GateRequest {
  readonly name: string;
  /** From `gateKey`; equal requests share one run. */
  readonly key: string;
  /** The shell line. */
  readonly run: string;
  /** The folder it runs in, absolute. */
  readonly cwd: string;
  readonly timeoutMs: number;
  /** The story whose agent asks. */
  readonly by?: string;
  /**
   * Asked after the run, where somebody may be changing the files: whether they still are the ones that the key stands
   * for. Else the result is nobody's but the waiters', who asked for this very folder.
   */
  readonly isSettled?: () => Promise<boolean>;
}

/** How far a request has come. */
export type GateStage =
  | { readonly kind: "queued"; readonly ahead: number }
  /** `output` is the file that it prints to, once there is one. */
  | { readonly kind: "running"; readonly output: string | undefined };

/** How a run ended: by itself, or cut off by a limit, a stop or a crash of the machine. */
export type GateRun =
  | ({ readonly kind: "ended" } & StoredGate)
  | {
      readonly kind: "cut";
      readonly reason: string;
      readonly timedOut?: true;
      readonly durationMs: number;
      readonly tail: readonly string[];
      readonly output: string;
    };

/** A result worth keeping. */
export interface StoredGate {
  readonly ok: boolean;
  readonly durationMs: number;
  readonly tail: readonly string[];
  readonly output: string;
}

/** Where results are kept. A failing cache costs time, never a result. */
export interface GateCache {
  get(key: string): Promise<StoredGate | undefined>;
  set(key: string, value: StoredGate): Promise<void>;
}

/** What a runner needs. */
export interface GateRunnerOptions {
  /** How many gates may run at once, over all workers. */
  readonly parallel: number;
  /** Runs one gate; the signal means that nobody waits for it any more. Tells the file that it prints to. */
  readonly run: (request: GateRequest, signal: AbortSignal, onOutput: (file: string) => void) => Promise<GateRun>;
  readonly cache: GateCache;
  /** Told when the cache fails. */
  readonly onCacheError?: (error: unknown) => void;
}

/** Runs gates for all workers. */
export interface GateRunner {
  /**
   * The outcome of a gate: from the cache, from an equal run that waits or goes on, or from one of its own, in order
   * of asking. Rejects with the signal's reason when this waiter gives up, which harms no other; and when the run
   * itself throws, which is a fault of ours and not of the gate.
   */
  request(request: GateRequest, signal?: AbortSignal): Promise<GateOutcome>;
  /** How far the run is that a request waits for; undefined where none is under way. */
  stage(request: GateRequest): GateStage | undefined;
  /** The cached outcome of a gate, without running anything; undefined where there is none. */
  recall(request: Pick<GateRequest, "name" | "key">): Promise<GateOutcome | undefined>;
}

interface SharedRun {
  waiters: number;
  readonly askers: Set<string>;
  readonly stage: () => GateStage;
  readonly abort: AbortController;
  readonly outcome: Promise<Omit<GateOutcome, "name">>;
}

/** Creates a runner. A red result is cached as a green one is; one that was cut off is not. */
export const createGateRunner = (options: GateRunnerOptions): GateRunner => {
  const slots = createSlots(options.parallel);
  const shared = new Map<string, SharedRun>();

  const start = (request: GateRequest): SharedRun => {
    const abort = new AbortController();
    const ticket = slots.ticket();
    let running: Extract<GateStage, { kind: "running" }> | undefined;
    const outcome = findOrRun(options, request, abort.signal, (work) =>
      slots.use(ticket, abort.signal, () => {
        running = { kind: "running", output: undefined };
        return work((output) => {
          running = { kind: "running", output };
        });
      }),
    );
    const stage = (): GateStage => running ?? { kind: "queued", ahead: slots.ahead(ticket) };
    const run: SharedRun = { waiters: 0, askers: new Set(), stage, abort, outcome };
    const forget = (): void => {
      if (shared.get(shareOf(request)) === run) shared.delete(shareOf(request));
    };
    // Whoever asks after this point finds the cache filled, or starts anew.
    outcome.then(forget, forget);
    shared.set(shareOf(request), run);
    return run;
  };

  return {
    stage: (request) => shared.get(shareOf(request))?.stage(),
    async recall({ name, key }) {
      const stored = await options.cache.get(key).catch((error) => void options.onCacheError?.(error));
      return stored ? { name, ...stored, cached: true } : undefined;
    },
    async request(request, signal) {
      signal?.throwIfAborted();
      const run = shared.get(shareOf(request)) ?? start(request);
      run.waiters += 1;
      if (request.by !== undefined) run.askers.add(request.by);
      const leave = (): void => {
        run.waiters -= 1;
        if (run.waiters > 0) return;
        // A run that is being stopped must not be joined by anybody.
        if (shared.get(shareOf(request)) === run) shared.delete(shareOf(request));
        run.abort.abort(signal?.reason);
      };
      const outcome = await waitOrLeave(run.outcome, signal, leave);
      const requestedBy = [...run.askers];
      return { name: request.name, ...outcome, ...(requestedBy.length === 0 ? {} : { requestedBy }) };
    },
  };
};

/** Files that somebody may be changing are one folder's alone: an equal tree elsewhere may differ a moment later. */
const shareOf = ({ key, cwd, isSettled }: GateRequest): string => (isSettled === undefined ? key : `${key} ${cwd}`);

const findOrRun = async (
  { cache, run, onCacheError }: GateRunnerOptions,
  request: GateRequest,
  signal: AbortSignal,
  inSlot: <T>(work: (onOutput: (file: string) => void) => Promise<T>) => Promise<T>,
): Promise<Omit<GateOutcome, "name">> => {
  const tell = (error: unknown): undefined => {
    onCacheError?.(error);
  };
  const find = (): Promise<StoredGate | undefined> => cache.get(request.key).catch(tell);
  const stored = await find();
  if (stored) return { ...stored, cached: true };
  return inSlot(async (onOutput) => {
    // An equal tree in another folder may have had its turn meanwhile.
    const late = request.isSettled === undefined ? undefined : await find();
    if (late) return { ...late, cached: true };
    const result = await run(request, signal, onOutput);
    const { durationMs, tail, output } = result;
    const told = { cached: false, durationMs, tail, output };
    if (result.kind === "cut") {
      return { ...told, ok: false, cut: result.reason, ...(result.timedOut ? { timedOut: true } : {}) };
    }
    const isSettled = await isStillSettled(request);
    if (isSettled) await cache.set(request.key, { ok: result.ok, durationMs, tail, output }).catch(tell);
    return { ...told, ok: result.ok, ...(isSettled ? {} : { unsettled: true }) };
  });
};

/** A folder that cannot be looked at any more is not as it was. */
const isStillSettled = async ({ isSettled }: GateRequest): Promise<boolean> =>
  isSettled === undefined || (await isSettled().catch(() => false));

const waitOrLeave = async <T>(outcome: Promise<T>, signal: AbortSignal | undefined, leave: () => void): Promise<T> => {
  if (signal === undefined) return outcome;
  const { promise: left, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    leave();
    reject(signal.reason);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([outcome, left]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
};
