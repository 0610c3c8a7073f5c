import { createLineBuffer } from "./line-buffer.ts";
import { createOutputSink, type OutputStream } from "./output-sink.ts";
import type { WriteOutput } from "./reporter.ts";

/** Characters that wait for a reader at most. */
const WAITING_CHARACTERS_MAX = 4 * 1024 * 1024;
/** Characters that are handed over at once. */
const CHUNK_CHARACTERS_MAX = 64 * 1024;

/** An output whose reader may be slow, stalled or gone without anybody noticing. */
export interface SafeOutput {
  readonly write: WriteOutput;
  /** Whether the reader is gone (EPIPE, EIO): what is written now goes nowhere. */
  readonly isEnded: boolean;
  /** Waits until all is written, at most that long. True when it was. Write nothing afterwards. */
  flush(deadlineMs: number): Promise<boolean>;
}

/** What a safe output needs to know. */
export interface SafeOutputOptions {
  /** The line that stands where lines were given up; the default suits people, `() => ""` suits JSON. */
  readonly skippedLine?: (count: number) => string;
  readonly charactersMax?: number;
}

/**
 * Creates an output that never blocks the event loop and holds a bounded amount: when nobody reads, feed is given up
 * first, then events, never a summary, and how many lines were skipped is said. A reader that has gone ends only the
 * output, not the program.
 */
export const createStalledSafeOutput = (stream: OutputStream, options: SafeOutputOptions = {}): SafeOutput => {
  const sink = createOutputSink(stream);
  const buffer = createLineBuffer(
    options.charactersMax ?? WAITING_CHARACTERS_MAX,
    options.skippedLine ?? ((count) => `… ${count} lines skipped: nobody was reading\n`),
  );
  let isEnded = false;
  let isWriting = false;
  let onIdle: (() => void) | undefined;

  const settle = (): void => {
    isWriting = false;
    if (buffer.isEmpty || isEnded) onIdle?.();
  };
  const pump = (): void => {
    if (isWriting || isEnded || buffer.isEmpty) return;
    isWriting = true;
    sink.write(buffer.take(CHUNK_CHARACTERS_MAX), (error) => {
      if (error !== undefined) {
        isEnded = true;
        buffer.clear();
      }
      settle();
      pump();
    });
  };

  return {
    get isEnded() {
      return isEnded;
    },
    write: (text, weight) => {
      if (isEnded || text === "") return;
      buffer.add(text, weight);
      pump();
    },
    flush: async (deadlineMs) => {
      const isIdle = (): boolean => isEnded || (buffer.isEmpty && !isWriting);
      if (!isIdle()) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, deadlineMs);
        onIdle = resolve;
        await promise;
        clearTimeout(timer);
      }
      const isFlushed = !isEnded && isIdle();
      sink.close();
      return isFlushed;
    },
  };
};
