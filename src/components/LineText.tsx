import { Box, Text } from "ink";
import { memo, type ReactElement } from "react";
import type { Line, Span } from "./props.ts";
import { LOOKS } from "./theme.ts";

interface LineProps {
  readonly line: Line;
}

/** A line in its tones; cut by Ink where a terminal sees it wider than we. */
export const LineText = ({ line }: LineProps): ReactElement => (
  <Text wrap="truncate-end">
    {merged(line).map(({ text, tone }, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a piece of a line has no identity but its place
      <Text key={index} {...LOOKS[tone]}>
        {text}
      </Text>
    ))}
  </Text>
);

/** A line in a row of its own, also an empty one. Drawn again, with its box, only when it changed: most of them never do. */
export const LineRow = memo(
  ({ line }: LineProps): ReactElement => (
    <Box flexShrink={0} height={1}>
      <LineText line={line} />
    </Box>
  ),
  (before, after) => isSameLine(before.line, after.line),
);

/** Neighbours of one tone as one piece, and empty cells with what they follow: each piece costs time in every frame. */
const merged = (line: Line): Line => {
  const pieces: Span[] = [];
  for (const piece of line) {
    const last = pieces.at(-1);
    if (piece.text === "") continue;
    const joins = last !== undefined && last.tone !== "cursor" && (last.tone === piece.tone || isBlank(piece));
    if (joins) pieces[pieces.length - 1] = { text: last.text + piece.text, tone: last.tone };
    else pieces.push(piece);
  }
  return pieces;
};

const isBlank = ({ text, tone }: Span): boolean => tone !== "cursor" && /^ +$/.test(text);

const isSameLine = (a: Line, b: Line): boolean =>
  a.length === b.length && a.every((piece, i) => piece.text === b[i]?.text && piece.tone === b[i]?.tone);
