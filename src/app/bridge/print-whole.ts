import { writeSync } from "node:fs";

const STDOUT = 1;
/** From try to try where a pipe is full: a job's stdout is a file, but people pipe. */
const RETRY_MS = 5;

/** Writes to stdout, which is a job's transcript, before it returns; throws where the disk is full. */
export const printWhole = (bytes: Uint8Array): void => {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(STDOUT, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
};
