import { type Instance, render } from "ink";
import { App } from "./App.tsx";
import type { ScreenSession } from "./session.ts";

/** Draw at most that often: far above the flusher's rate, so that no frame of the feed keeps a key waiting (measured). */
const FRAMES_MAX = 60;
/** Where a terminal sees a text wider than we do, it is cut at the edge instead of pushing the screen out of place. */
const AUTOWRAP_OFF = "\u001b[?7l";
/** Gives a terminal back its mode, which is one for both of its screens. */
export const AUTOWRAP_ON = "\u001b[?7h";
const CLEAR = "\u001b[2J\u001b[H";

/** A terminal that is drawn on. */
export interface DrawnTerminal {
  readonly stdout: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
}

/** Draws a session on the alternate screen of a terminal, in frames of its size, until it is unmounted. */
export const drawScreen = (session: ScreenSession, { stdout, stdin }: DrawnTerminal): Instance => {
  stdout.write(AUTOWRAP_OFF);
  const screen = render(<App session={session} />, {
    stdout,
    stdin,
    alternateScreen: true,
    incrementalRendering: true,
    maxFps: FRAMES_MAX,
    patchConsole: true,
    exitOnCtrlC: false,
    interactive: true,
  });
  // Ink draws what changed since the last frame. What a terminal of another size made of that one nobody knows.
  const drawAnew = (): void => {
    screen.clear();
    stdout.write(CLEAR);
    session.redraw();
  };
  stdout.on("resize", drawAnew);
  const stop = (): void => void stdout.off("resize", drawAnew);
  screen.waitUntilExit().then(stop, stop);
  return screen;
};
