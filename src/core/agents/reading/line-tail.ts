/** The bounds of a tail. */
export interface LineTailLimits {
  readonly linesMax: number;
  /** Characters kept of one line. */
  readonly lineLengthMax: number;
  /** Characters kept in all. */
  readonly lengthMax: number;
}

/** The last lines of a stream. Memory stays flat however much is added. */
export interface LineTail {
  add(line: string): void;
  clear(): void;
  lines(): readonly string[];
}

/** Creates an empty tail. Of a line that is too long its end is kept. */
export const createLineTail = ({ linesMax, lineLengthMax, lengthMax }: LineTailLimits): LineTail => {
  let kept: string[] = [];
  let length = 0;

  const trim = (): void => {
    let first = Math.max(0, kept.length - linesMax);
    for (const line of kept.slice(0, first)) length -= line.length;
    while (length > lengthMax && first < kept.length - 1) {
      length -= kept[first]?.length ?? 0;
      first += 1;
    }
    if (first > 0) kept = kept.slice(first);
  };

  return {
    add(line) {
      const bounded = endOf(line, Math.min(lineLengthMax, lengthMax));
      kept.push(bounded);
      length += bounded.length;
      // Twice the bound before cutting, so that adding a line costs the same on average however long the tail is.
      if (kept.length > 2 * linesMax || length > 2 * lengthMax) trim();
    },
    clear() {
      kept = [];
      length = 0;
    },
    lines() {
      trim();
      return kept;
    },
  };
};

/** A copy of the end of a line: a mere slice would keep the whole line in memory. */
const endOf = (line: string, lengthMax: number): string =>
  line.length <= lengthMax ? line : Buffer.from(line.slice(-lengthMax), "utf16le").toString("utf16le");
