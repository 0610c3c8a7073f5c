import { Box } from "ink";
import type { ReactElement } from "react";
import { Footer } from "./Footer.tsx";
import { LineList } from "./LineList.tsx";
import { LinesPane } from "./LinesPane.tsx";
import type { ScreenProps } from "./props.ts";
import { StoriesPane } from "./StoriesPane.tsx";

/** The whole screen, exactly as large as the terminal: nothing of it can reach beyond. */
export const Screen = ({ size, header, stories, feed, page, footer }: ScreenProps): ReactElement => (
  <Box flexDirection="column" width={size.columns} height={size.rows} overflow="hidden">
    <Box width={header.area.columns} height={header.area.rows} flexShrink={0} overflow="hidden">
      <LineList lines={header.lines} />
    </Box>
    {stories && <StoriesPane {...stories} />}
    {feed && <LinesPane {...feed} />}
    {page && <LinesPane {...page} />}
    <Footer {...footer} />
  </Box>
);
