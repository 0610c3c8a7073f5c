import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import { isatty } from "node:tty";

/** How long a full terminal is left alone before the next try. */
const RETRY_MS = 25;

/** A stream as `process.stdout` is one. */
export interface OutputStream {
  readonly fd?: number;
  write(text: string, done: (error?: Error | null) => void): boolean;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** Takes one text at a time and never blocks the event loop. */
export interface OutputSink {
  /** Calls `done` once all of the text was taken, or with the error after which nothing can be written any more. */
  write(text: string, done: (error?: Error) => void): void;
  close(): void;
}

/**
 * The way to write to a stream without ever waiting for its reader. Pipes and sockets are left to Node, which writes
 * them without blocking; a terminal it writes blockingly, so that one is opened a second time for ourselves (the flag
 * belongs to the open file: setting it on the shared one would change it for the user's shell too). Files never stall.
 */
export const createOutputSink = (stream: OutputStream): OutputSink => {
  const terminal = openTerminal(stream.fd);
  return terminal === undefined ? streamSink(stream) : terminalSink(terminal);
};

const streamSink = (stream: OutputStream): OutputSink => {
  let fail: ((error: Error) => void) | undefined;
  // An unhandled error of stdout would end the process.
  stream.on("error", (error) => fail?.(error));
  return {
    write: (text, done) => {
      fail = done;
      try {
        stream.write(text, (error) => {
          if (error === undefined || error === null) done();
          else done(error);
        });
      } catch (error) {
        done(error as Error);
      }
    },
    close: () => {},
  };
};

const openTerminal = (fd: number | undefined): number | undefined => {
  if (fd === undefined || !isatty(fd)) return undefined;
  try {
    const own = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    if (fstatSync(own).isCharacterDevice()) return own;
    closeSync(own);
  } catch {
    // No /proc, or a terminal of another user: Node's own way then, which may block.
  }
  return undefined;
};

const terminalSink = (fd: number): OutputSink => {
  let isClosed = false;
  const push = (bytes: Buffer, done: (error?: Error) => void): void => {
    if (isClosed) return;
    let rest = bytes;
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
      done();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") done(error as Error);
      else setTimeout(push, RETRY_MS, rest, done).unref();
    }
  };
  return {
    write: (text, done) => push(Buffer.from(text), done),
    close: () => {
      if (isClosed) return;
      isClosed = true;
      closeSync(fd);
    },
  };
};
