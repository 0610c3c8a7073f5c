/** Cells up to which a screen is drawn at the full rate, and from which at the slow one (terminal.md, section 9). */
const FAST_CELLS_MAX = 2_000;
const SLOW_CELLS_MIN = 8_000;
const FAST_PERIOD_MS = 100;
const SLOW_PERIOD_MS = 250;

/** How often a screen of that size is drawn at most, in milliseconds: 10 Hz for a small one, 4 Hz for a large one. */
export const flushPeriodMs = (cells: number): number => {
  const share = (cells - FAST_CELLS_MAX) / (SLOW_CELLS_MIN - FAST_CELLS_MAX);
  return FAST_PERIOD_MS + (SLOW_PERIOD_MS - FAST_PERIOD_MS) * Math.min(1, Math.max(0, share));
};

/** What a flusher needs. */
export interface FlusherPorts {
  /** Has everything drawn that changed. */
  readonly draw: () => void;
  /** Undefined where the terminal reads; else resolves once it does again. */
  readonly whenReadable: () => Promise<void> | undefined;
  readonly periodMs: () => number;
  readonly now: () => number;
}

/** Draws batches: many changes are one frame, no change is none, and none is drawn while nobody reads the terminal. */
export interface Flusher {
  /** Something changed: it is drawn with the next batch. */
  mark(): void;
  /** A person waits for it: it is drawn now. */
  markNow(): void;
  stop(): void;
}

/** Creates a flusher. It has a timer only while something waits to be drawn. */
export const createFlusher = ({ draw, whenReadable, periodMs, now }: FlusherPorts): Flusher => {
  let timer: NodeJS.Timeout | undefined;
  let lastMs = Number.NEGATIVE_INFINITY;
  let isDirty = false;
  let isStalled = false;
  let isStopped = false;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (!isDirty || isStalled || isStopped) return;
    const readable = whenReadable();
    if (readable !== undefined) {
      isStalled = true;
      void readable.then(() => {
        isStalled = false;
        flush();
      });
      return;
    }
    isDirty = false;
    lastMs = now();
    draw();
  };

  return {
    mark: () => {
      isDirty = true;
      timer ??= setTimeout(flush, Math.max(0, lastMs + periodMs() - now()));
    },
    markNow: () => {
      isDirty = true;
      flush();
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
};
