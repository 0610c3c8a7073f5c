import type { WriteStream } from "node:tty";

/** Longest that leaving waits for a terminal that does not read, in milliseconds. */
const LEAVE_WAIT_MS = 300;

/** Whether a screen can be drawn: both ends are a terminal that understands, and nobody automatic sits before it. */
export const canShowScreen = ({ TERM, CI }: NodeJS.ProcessEnv): boolean =>
  process.stdin.isTTY === true &&
  process.stdout.isTTY === true &&
  TERM !== "dumb" &&
  (CI === undefined || CI === "" || CI === "false" || CI === "0");

/**
 * Makes writing to the terminal never wait for it: a terminal that nobody reads (ctrl-s, a stopped tmux) must not stop
 * the keys and the socket. Node opens terminals anew for itself, so that the flag is not the shell's.
 */
export const makeNonBlocking = (stdout: WriteStream): void => {
  const { _handle: handle } = stdout as { _handle?: { setBlocking?: (isBlocking: boolean) => void } };
  handle?.setBlocking?.(false);
};

/** Undefined where the terminal reads what is written; else resolves once it does again, or is gone. */
export const whenReadable = (stdout: WriteStream): Promise<void> | undefined => {
  if (!stdout.writableNeedDrain) return undefined;
  return new Promise((resolve) => {
    stdout.once("drain", resolve);
    stdout.once("close", resolve);
  });
};

/** Waits until what was written has reached the terminal, within bounds. */
export const written = (stdout: WriteStream): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, LEAVE_WAIT_MS);
    stdout.write("", () => {
      clearTimeout(timer);
      resolve();
    });
  });
