import { Box, Text } from "ink";
import type { ReactElement, ReactNode } from "react";
import { cutToWidth, displayWidth } from "../core/model/display-width.ts";
import { hasTitle } from "./layout.ts";
import type { Rectangle } from "./props.ts";
import { LOOKS } from "./theme.ts";

interface FrameProps {
  readonly area: Rectangle;
  readonly title: string;
  readonly remark: string;
  readonly isFocused: boolean;
  readonly hasBorder: boolean;
  readonly children: ReactNode;
}

/** A titled pane: with a border all around, or with a title line alone where the screen is narrow. */
export const Frame = ({ area, title, remark, isFocused, hasBorder, children }: FrameProps): ReactElement => {
  const look = isFocused ? LOOKS.active : LOOKS.quiet;
  const { color } = LOOKS.active;
  const borderLook = isFocused ? (color === undefined ? {} : { borderColor: color }) : { borderDimColor: true };
  return (
    <Box flexDirection="column" width={area.columns} height={area.rows} overflow="hidden">
      {(hasBorder || hasTitle(area)) && (
        <Box height={1} flexShrink={0}>
          <Title
            columns={area.columns}
            corners={hasBorder ? ["╭", "╮"] : ["─", "─"]}
            title={title}
            remark={remark}
            look={look}
          />
        </Box>
      )}
      {hasBorder ? (
        <Box
          flexDirection="column"
          width={area.columns}
          height={area.rows - 1}
          borderStyle="round"
          borderTop={false}
          {...borderLook}
          paddingX={1}
          overflow="hidden"
        >
          {children}
        </Box>
      ) : (
        children
      )}
    </Box>
  );
};

interface TitleProps {
  readonly columns: number;
  readonly corners: readonly [string, string];
  readonly title: string;
  readonly remark: string;
  readonly look: (typeof LOOKS)[keyof typeof LOOKS];
}

/** `╭ Stories ──────────── 3-14 of 31 ╮`: the remark gives way first, then the title is cut. */
const Title = ({ columns, corners, title, remark, look }: TitleProps): ReactElement => {
  const name = ` ${cutToWidth(title, Math.max(0, columns - 4))} `;
  const wanted = remark === "" ? "" : ` ${remark} `;
  const end = displayWidth(name) + displayWidth(wanted) + 4 > columns ? "" : wanted;
  const fill = "─".repeat(Math.max(0, columns - 2 - displayWidth(name) - displayWidth(end) - (end === "" ? 0 : 1)));
  return (
    <Text wrap="truncate-end">
      <Text {...look}>{corners[0]}</Text>
      <Text bold>{name}</Text>
      <Text {...look}>{fill}</Text>
      <Text {...LOOKS.quiet}>{end}</Text>
      <Text {...look}>{end === "" ? corners[1] : `─${corners[1]}`}</Text>
    </Text>
  );
};
