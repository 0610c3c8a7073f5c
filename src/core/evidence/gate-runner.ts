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
}

/** How a run ended: by itself, or cut off by a limit, a stop or a crash of the machine. */
export type GateRun =
  | ({ readonly kind: "ended" } & StoredGate)
  | {
      readonly kind: "cut";
      readonly reason: string;
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
  /** Runs one gate; the signal means that nobody waits for it any more. */
  readonly run: (request: GateRequest, signal: AbortSignal) => Promise<GateRun>;
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
}

interface SharedRun {
  waiters: number;
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
    const outcome = findOrRun(options, request, abort.signal, (work) => slots.use(ticket, abort.signal, work));
    const run: SharedRun = { waiters: 0, abort, outcome };
    const forget = (): void => {
      if (shared.get(request.key) === run) shared.delete(request.key);
    };
    // Whoever asks after this point finds the cache filled, or starts anew.
    outcome.then(forget, forget);
    shared.set(request.key, run);
    return run;
  };

  return {
    async request(request, signal) {
      signal?.throwIfAborted();
      const run = shared.get(request.key) ?? start(request);
      run.waiters += 1;
      const leave = (): void => {
        run.waiters -= 1;
        if (run.waiters > 0) return;
        // A run that is being stopped must not be joined by anybody.
        if (shared.get(request.key) === run) shared.delete(request.key);
        run.abort.abort(signal?.reason);
      };
      return { name: request.name, ...(await waitOrLeave(run.outcome, signal, leave)) };
    },
  };
};

const findOrRun = async (
  { cache, run, onCacheError }: GateRunnerOptions,
  request: GateRequest,
  signal: AbortSignal,
  inSlot: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<Omit<GateOutcome, "name">> => {
  const tell = (error: unknown): undefined => {
    onCacheError?.(error);
  };
  const stored = await cache.get(request.key).catch(tell);
  if (stored) return { ...stored, cached: true };
  return inSlot(async () => {
    const result = await run(request, signal);
    const { durationMs, tail, output } = result;
    if (result.kind === "cut") return { ok: false, cached: false, durationMs, tail, output, cut: result.reason };
    await cache.set(request.key, { ok: result.ok, durationMs, tail, output }).catch(tell);
    return { ok: result.ok, cached: false, durationMs, tail, output };
  });
};

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
