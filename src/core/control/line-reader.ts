/** Cuts a byte stream into lines; a line that is too long ends the reading for good. */
export interface LineReader {
  /** @returns the lines that this piece completes, or `too-long` from then on */
  push(piece: Buffer): readonly string[] | "too-long";
}

/** @param lineBytesMax the longest line that is accepted, without its line feed */
export const createLineReader = (lineBytesMax: number): LineReader => {
  let parts: Buffer[] = [];
  let heldBytes = 0;
  let isTooLong = false;

  const take = (ending: Buffer): string => {
    const line = parts.length === 0 ? ending : Buffer.concat([...parts, ending]);
    parts = [];
    heldBytes = 0;
    return line.toString("utf8");
  };

  return {
    push: (piece) => {
      const lines: string[] = [];
      let start = 0;
      for (let end = piece.indexOf(NEWLINE); end >= 0 && !isTooLong; end = piece.indexOf(NEWLINE, start)) {
        isTooLong = heldBytes + end - start > lineBytesMax;
        if (!isTooLong) lines.push(take(piece.subarray(start, end)));
        start = end + 1;
      }
      heldBytes += piece.length - start;
      isTooLong ||= heldBytes > lineBytesMax;
      if (isTooLong) {
        parts = [];
        return "too-long";
      }
      if (start < piece.length) parts.push(piece.subarray(start));
      return lines;
    },
  };
};

const NEWLINE = 0x0a;
