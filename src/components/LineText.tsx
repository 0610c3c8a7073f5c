import { Text } from "ink";
import { memo, type ReactElement } from "react";
import type { Line, Span } from "./props.ts";
import { LOOKS } from "./theme.ts";

/** One row of text in its tones. Drawn again only when it changed; cut by Ink where a terminal sees it wider than we. */
export const LineText = memo(
  ({ line }: { readonly line: Line }): ReactElement => (
    <Text wrap="truncate-end">
      {merged(line).map(({ text, tone }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a piece of a line has no identity but its place
        <Text key={index} {...LOOKS[tone]}>
          {text}
        </Text>
      ))}
    </Text>
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
