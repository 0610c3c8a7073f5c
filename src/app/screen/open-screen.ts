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

/** Signals that end the screen, never the run, and the exit statuses that shells give them. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
/** How often it is looked whether whoever started us still lives, in milliseconds. */
const PARENT_CHECK_MS = 1_000;
/**
 * Shows a session on the alternate screen until it is left, whatever for, and gives the terminal back as it was. The
 * session gets what leaves it; later reasons than the first mean nothing.
 */
export const openScreen = async (
  createSession: (leave: (leaving: Leaving) => void) => ScreenSession,
): Promise<{ readonly leaving: Leaving; readonly session: ScreenSession }> => {
  const { stdout } = process;
  makeNonBlocking(stdout);
  // Ink's last word, that the cursor is to be seen again, goes there.
  makeNonBlocking(process.stderr);
  const { promise: left, resolve: leave } = Promise.withResolvers<Leaving>();
  const release = leaveForOutside(leave);
  const session = createSession(leave);
  try {
    const screen = drawScreen(session, process);
    // A component that throws ends Ink by itself.
    screen.waitUntilExit().then(
      () => leave({ kind: "gone" }),
      (error: unknown) => leave({ kind: "failed", error }),
    );
    const leaving = await left;
    session.close();
    screen.unmount();
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
