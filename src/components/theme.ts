import type { Tone } from "./props.ts";

/** How a tone is drawn. Named colours only: they are the terminal's own, so they fit its background. */
interface Look {
  readonly color?: string;
  readonly bold?: boolean;
  readonly dimColor?: boolean;
  readonly inverse?: boolean;
}

const COLOURED: Readonly<Record<Tone, Look>> = {
  plain: {},
  strong: { bold: true },
  quiet: { dimColor: true },
  active: { color: "cyan" },
  good: { color: "green" },
  bad: { color: "red" },
  warn: { color: "yellow" },
  accent: { color: "magenta" },
  cursor: { inverse: true },
};

const COLOURLESS: Readonly<Record<Tone, Look>> = {
  ...COLOURED,
  active: { bold: true },
  good: {},
  bad: { bold: true },
  warn: { bold: true },
  accent: { bold: true },
};

/** The look of each tone. With `NO_COLOR` (any value but an empty one) words and marks carry the meaning, helped by bold. */
export const LOOKS = process.env.NO_COLOR ? COLOURLESS : COLOURED;

/** Marks that the panes draw with. Each is one cell wide everywhere. */
export const MARKS = {
  selected: "▸",
  barDone: "━",
  barOpen: "─",
  beat: ["●", "○"],
} as const;
