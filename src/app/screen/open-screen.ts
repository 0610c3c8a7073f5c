import type { Instance } from "ink";
import { AUTOWRAP_ON, drawScreen } from "./draw-screen.tsx";
import type { ScreenSession } from "./session.ts";
import { makeNonBlocking, written } from "./terminal.ts";

/** Why a screen was left. */
export type Leaving =
  | { readonly kind: "asked" }
  | { readonly kind: "signal"; readonly status: number }
  /** The terminal, or the program that started us, has gone. */
  | { readonly kind: "gone" }
  | { readonly kind: "failed"; readonly error: unknown };

/** What a session can do to its screen. */
export interface ScreenWays {
  leave(leaving: Leaving): void;
  /** Gives the terminal to something else until that has ended, then draws the screen again. */
  suspend(work: () => Promise<void>): Promise<void>;
}

/** Signals that end the screen, never the run, and the exit statuses that shells give them. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
/** How often it is looked whether whoever started us still lives, in milliseconds. */
const PARENT_CHECK_MS = 1_000;
/**
 * Shows a session on the alternate screen until it is left, whatever for, and gives the terminal back as it was. The
 * session gets what leaves it; later reasons than the first mean nothing.
 */
export const openScreen = async (
  createSession: (ways: ScreenWays) => ScreenSession,
): Promise<{ readonly leaving: Leaving; readonly session: ScreenSession }> => {
  const { stdout } = process;
  makeNonBlocking(stdout);
  // Ink's last word, that the cursor is to be seen again, goes there.
  makeNonBlocking(process.stderr);
  const { promise: left, resolve: leave } = Promise.withResolvers<Leaving>();
  let release = leaveForOutside(leave);
  let screen: Instance | undefined;
  const draw = (): void => {
    const drawn = drawScreen(session, process);
    screen = drawn;
    // A component that throws ends Ink by itself; one that we took down does not.
    drawn.waitUntilExit().then(
      () => (screen === drawn ? leave({ kind: "gone" }) : undefined),
      (error: unknown) => leave({ kind: "failed", error }),
    );
  };
  const suspend = async (work: () => Promise<void>): Promise<void> => {
    const drawn = screen;
    screen = undefined;
    drawn?.unmount();
    stdout.write(AUTOWRAP_ON);
    await written(stdout);
    // What we read from the terminal, the other program would not get; its keys are no reason for us to leave.
    process.stdin.pause();
    release();
    try {
      await work();
    } finally {
      release = leaveForOutside(leave);
      draw();
      session.redraw();
    }
  };
  const session = createSession({ leave, suspend });
  try {
    draw();
    const leaving = await left;
    session.close();
    const drawn = screen as Instance | undefined;
    screen = undefined;
    drawn?.unmount();
    await written(stdout);
    return { leaving, session };
  } finally {
    release();
    stdout.write(AUTOWRAP_ON);
  }
};

/** Listens to everything from outside that ends a screen; returns what stops listening. */
const leaveForOutside = (leave: (leaving: Leaving) => void): (() => void) => {
  const onSignal = (signal: NodeJS.Signals): void =>
    leave({ kind: "signal", status: SIGNALS[signal as keyof typeof SIGNALS] });
  const onGone = (): void => leave({ kind: "gone" });
  const onError = (error: unknown): void => leave({ kind: "failed", error });
  const { ppid } = process;
  const parentCheck = setInterval(() => {
    if (process.ppid !== ppid) onGone();
  }, PARENT_CHECK_MS).unref();
  for (const signal of Object.keys(SIGNALS)) process.on(signal, onSignal);
  process.on("uncaughtException", onError);
  process.stdout.on("error", onGone);
  process.stdin.on("error", onGone);
  process.stdin.on("end", onGone);
  return () => {
    clearInterval(parentCheck);
    for (const signal of Object.keys(SIGNALS)) process.off(signal, onSignal);
    process.off("uncaughtException", onError);
    process.stdin.off("end", onGone);
  };
};
