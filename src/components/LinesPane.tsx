import type { ReactElement } from "react";
import { Frame } from "./Frame.tsx";
import { LineList } from "./LineList.tsx";
import type { LinesProps } from "./props.ts";

/** A pane of ready lines: the feed, a page, a dialog. */
export const LinesPane = ({ area, title, remark, isFocused, hasBorder, lines }: LinesProps): ReactElement => (
  <Frame area={area} title={title} remark={remark} isFocused={isFocused} hasBorder={hasBorder}>
    <LineList lines={lines} />
  </Frame>
);
