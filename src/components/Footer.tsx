import { Box, Text } from "ink";
import Spinner from "ink-spinner";
import type { ReactElement } from "react";
import { LineText } from "./LineText.tsx";
import type { FooterProps } from "./props.ts";
import { LOOKS } from "./theme.ts";

/** The message line and the keys that work now. */
export const Footer = ({ area, message, keys, waitsFor }: FooterProps): ReactElement => (
  <Box flexDirection="column" width={area.columns} height={area.rows} overflow="hidden">
    {message !== undefined && (
      <Box height={1} flexShrink={0}>
        {waitsFor && (
          <Text {...LOOKS.active}>
            <Spinner type="dots" />{" "}
          </Text>
        )}
        <LineText line={message} />
      </Box>
    )}
    {keys !== undefined && (
      <Box height={1} flexShrink={0}>
        <LineText line={keys} />
      </Box>
    )}
  </Box>
);
