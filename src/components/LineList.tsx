import { Box } from "ink";
import type { ReactElement } from "react";
import { LineRow } from "./LineText.tsx";
import type { Line } from "./props.ts";

/** Lines below each other, each one row high, empty ones too. */
export const LineList = ({ lines }: { readonly lines: readonly Line[] }): ReactElement => (
  <Box flexDirection="column">
    {lines.map((line, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen has no identity but its place
      <LineRow key={index} line={line} />
    ))}
  </Box>
);
