/** Cuts bytes that come in pieces into lines. */
export interface LineSplitter {
  /** @returns the lines that this piece completes; the piece's memory may be reused afterwards */
  push(piece: Buffer): string[];
  /** @returns the last line if it has no newline, else nothing; afterwards the splitter is empty */
  end(): string[];
  /** Bytes since the last newline, those not kept included. */
  readonly pendingBytes: number;
}

/** What stands for the rest of a line that is too long. */
export const lineCutMark = (bytesCut: number): string => ` … [${bytesCut} bytes of this line were cut]`;

const NEWLINE = 0x0a;

/**
 * Splits over bytes, so that a character that two pieces share stays whole; bytes that are no UTF-8 become
 * replacement characters. The same bytes give the same lines however they are cut into pieces.
 * @param lineBytesMax what is kept of a line; the rest is replaced by `lineCutMark`
 */
export const createLineSplitter = (lineBytesMax: number): LineSplitter => {
  let parts: Buffer[] = [];
  let keptBytes = 0;
  let pendingBytes = 0;

  const keep = (piece: Buffer): void => {
    pendingBytes += piece.length;
    const kept = piece.subarray(0, lineBytesMax - keptBytes);
    if (kept.length === 0) return;
    parts.push(Buffer.from(kept));
    keptBytes += kept.length;
  };

  const take = (): string => {
    const text = (parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)).toString("utf8");
    const line = pendingBytes > keptBytes ? text + lineCutMark(pendingBytes - keptBytes) : text;
    parts = [];
    keptBytes = 0;
    pendingBytes = 0;
    return line;
  };

  return {
    push: (piece) => {
      const lines: string[] = [];
      let start = 0;
      for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
        const isWhole = pendingBytes === 0 && end - start <= lineBytesMax;
        if (isWhole) lines.push(piece.toString("utf8", start, end));
        else {
          keep(piece.subarray(start, end));
          lines.push(take());
        }
        start = end + 1;
      }
      if (start < piece.length) keep(piece.subarray(start));
      return lines;
    },
    end: () => (pendingBytes === 0 ? [] : [take()]),
    get pendingBytes() {
      return pendingBytes;
    },
  };
};
