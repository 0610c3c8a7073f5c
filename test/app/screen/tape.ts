import { PassThrough, Writable } from "node:stream";
import unicode11 from "@xterm/addon-unicode11";
import xterm from "@xterm/headless";
import type { Size } from "../../../src/components/props.ts";

/** The end of a frame: of a synchronized update. */
const FRAME_END = "\u001b[?2026l";

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const DRAWING = /\u001b\[(?:[\d;]*[ABEGHJKm]|\?(?:7|25|1049|2004|2026)[hl])|\n/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const CONTROLS = /[\u0000-\u001f\u007f-\u009f].{0,20}/g;

/** Has what is too long for a row cut at the edge. */
export const AUTOWRAP_OFF = "\u001b[?7l";

/** What happened to a terminal, in order. */
type Happening =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "size"; readonly size: Size }
  | { readonly kind: "look"; readonly look: (shown: Shown) => Promise<void> };

/** A terminal as a program sees it. What happens to it is kept, so that it can be looked at later, moment by moment. */
export class TapeTerminal {
  readonly stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => {},
    ref: () => {},
    unref: () => {},
  });
  readonly stdout: Writable & Size & { readonly isTTY: true };
  readonly #first: Size;
  readonly #tape: Happening[] = [];

  /** @param onFrame is called when a frame was drawn, before anything else happens */
  constructor(size: Size, onFrame: () => void) {
    this.#first = size;
    const write = (text: string): void => {
      this.#tape.push({ kind: "text", text });
      if (text.endsWith(FRAME_END)) onFrame();
    };
    const stdout = new Writable({
      decodeStrings: false,
      write: (text: string, _encoding, done) => {
        write(text);
        done();
      },
    });
    this.stdout = Object.assign(stdout, { ...size, isTTY: true as const });
  }

  get size(): Size {
    const { columns, rows } = this.stdout;
    return { columns, rows };
  }

  type(text: string): void {
    this.stdin.write(text);
  }

  resize(size: Size): void {
    this.#tape.push({ kind: "size", size });
    Object.assign(this.stdout, size);
    this.stdout.emit("resize");
  }

  /** Has what is shown at this moment looked at when the tape is played. */
  look(look: (shown: Shown) => Promise<void>): void {
    this.#tape.push({ kind: "look", look });
  }

  /** Plays everything on a model of a real terminal. */
  async play(): Promise<void> {
    const shown = new Shown(this.#first);
    try {
      let text = "";
      for (const happening of this.#tape) {
        if (happening.kind === "text") {
          text += happening.text;
          continue;
        }
        await shown.write(text);
        text = "";
        if (happening.kind === "look") await happening.look(shown);
        else shown.resize(happening.size);
      }
      await shown.write(text);
    } finally {
      shown.close();
    }
  }
}

/** What a terminal shows. */
export class Shown {
  readonly #model: InstanceType<typeof xterm.Terminal>;
  #written = "";

  constructor({ columns, rows }: Size) {
    // A terminal's line discipline makes CR LF of each line feed, also in raw mode as Node sets it.
    const options = { cols: columns, rows, allowProposedApi: true, convertEol: true, scrollback: 100 };
    this.#model = new xterm.Terminal(options);
    this.#model.loadAddon(new unicode11.Unicode11Addon());
    this.#model.unicode.activeVersion = "11";
  }

  write(text: string): Promise<void> {
    this.#written += text;
    return new Promise((taken) => this.#model.write(text, taken));
  }

  resize({ columns, rows }: Size): void {
    this.#model.resize(columns, rows);
  }

  /** The rows of the screen, without the spaces at their ends. */
  rows(): string[] {
    const { active } = this.#model.buffer;
    // A model that was made narrower keeps what is beyond its edge now.
    return Array.from(
      { length: this.#model.rows },
      (_, row) =>
        active
          .getLine(active.baseY + row)
          ?.translateToString(true, 0, this.#model.cols)
          .trimEnd() ?? "",
    );
  }

  /** What was written since this was last asked for besides text and the sequences that Ink draws with. */
  get unknown(): string {
    const written = this.#written;
    this.#written = "";
    return (written.replaceAll(DRAWING, "").match(CONTROLS) ?? []).join("");
  }

  get isAlternate(): boolean {
    return this.#model.buffer.active.type === "alternate";
  }

  /** The lines of the normal screen with what scrolled out of it, as long as anything is in them. */
  get normal(): string {
    const { normal } = this.#model.buffer;
    return Array.from({ length: normal.length }, (_, row) => normal.getLine(row)?.translateToString(true) ?? "")
      .join("\n")
      .trimEnd();
  }

  close(): void {
    this.#model.dispose();
  }
}

/** What a new terminal shows of a frame, row by row. */
export const drawnAfresh = async (frame: readonly string[], size: Size): Promise<string[]> => {
  const shown = new Shown(size);
  await shown.write(AUTOWRAP_OFF + frame.join("\n"));
  const rows = shown.rows();
  shown.close();
  return rows;
};
