import { Box, Text } from "ink";
import { memo, type ReactElement } from "react";
import type { Line, Span } from "./props.ts";
import { LOOKS } from "./theme.ts";

interface LineProps {
  readonly line: Line;
}

const isSameText = (before: LineProps, after: LineProps): boolean => isSameLine(before.line, after.line);

/**
 * A line in its tones; cut by Ink where a terminal sees it wider than we. Drawn again only when it changed, and with one
 * node where it has one tone: most lines never change, and every node costs time in a first frame.
 */
export const LineText = memo(({ line }: LineProps): ReactElement => {
  const pieces = merged(line);
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) {
    return (
      <Text wrap="truncate-end" {...LOOKS[only.tone]}>
        {only.text}
      </Text>
    );
  }
  return (
    <Text wrap="truncate-end">
      {pieces.map(({ text, tone }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a piece of a line has no identity but its place
        <Text key={index} {...LOOKS[tone]}>
          {text}
        </Text>
      ))}
    </Text>
  );
}, isSameText);

/** A line in a row of its own, also an empty one. */
export const LineRow = memo(
  ({ line }: LineProps): ReactElement => (
    <Box flexShrink={0} height={1}>
      <LineText line={line} />
    </Box>
  ),
  isSameText,
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
