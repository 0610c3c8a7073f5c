import type { Tone } from "./props.ts";

/** How a tone is drawn. Named colours only: they are the terminal's own, so they fit its background. */
interface Look {
  readonly color?: string;
  readonly bold?: boolean;
  readonly dimColor?: boolean;
  readonly inverse?: boolean;
}

/** The look of each tone. Without colours (`NO_COLOR`) bold and dim stay, and words and marks carry the meaning. */
export const LOOKS: Readonly<Record<Tone, Look>> = {
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

/** Marks that the panes draw with. Each is one cell wide everywhere. */
export const MARKS = {
  selected: "▸",
  barDone: "━",
  barOpen: "─",
  beat: ["●", "○"],
} as const;
