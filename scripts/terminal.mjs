// A program in a pseudo-terminal, with a model of what its screen shows.
import { setTimeout as sleep } from "node:timers/promises";
import pty from "@lydell/node-pty";
import unicode11 from "@xterm/addon-unicode11";
import xterm from "@xterm/headless";

const LOOK_EVERY_MS = 15;
/** How long a program that is asked to end may take, in milliseconds. */
const END_MS = 20_000;

export const openTerminal = ([program, ...args], { columns, rows, cwd, env }) => {
  const model = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  model.loadAddon(new unicode11.Unicode11Addon());
  // The widths that terminals of today give to emoji.
  model.unicode.activeVersion = "11";
  const child = pty.spawn(program, args, { cols: columns, rows, cwd, env, name: "xterm-256color" });
  let hasEnded = false;
  const ended = new Promise((resolve) => {
    child.onExit(() => {
      hasEnded = true;
      resolve();
    });
  });
  child.onData((text) => model.write(text));
  // A program may ask its terminal what it can do.
  model.onData((text) => child.write(text));
  return {
    press: (keys) => child.write(keys),
    /** Waits until a whole frame is as wanted, and gives what `take` makes of the model while it shows it. */
    until: async (what, look, take, { patienceMs, signal }) => {
      for (const endMs = Date.now() + patienceMs; ; await sleep(LOOK_EVERY_MS, undefined, { signal })) {
        // The model takes what was written in its own time.
        await new Promise((taken) => model.write("", taken));
        const screen = textOf(model);
        if (!model.modes.synchronizedOutputMode && look(screen)) return take(model, screen);
        if (hasEnded) throw new Error(`the program ended before ${what}\n${screen}`);
        if (Date.now() > endMs) throw new Error(`waited in vain for ${what}\n${screen}`);
      }
    },
    /** Asks the program to end, waits until it has, and makes it end otherwise. */
    close: async () => {
      if (!hasEnded) child.kill("SIGTERM");
      await Promise.race([ended, sleep(END_MS, undefined, { ref: false })]);
      if (!hasEnded) child.kill("SIGKILL");
      model.dispose();
    },
  };
};

const textOf = ({ buffer: { active }, rows }) =>
  Array.from({ length: rows }, (_, row) => active.getLine(active.viewportY + row)?.translateToString(true)).join("\n");
