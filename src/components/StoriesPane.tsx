import { Text } from "ink";
import type { ReactElement } from "react";
import { Frame } from "./Frame.tsx";
import type { StoriesProps } from "./props.ts";
import { StoryTable } from "./StoryTable.tsx";
import { LOOKS } from "./theme.ts";

/** The stories of the run: a table of those that are in sight. */
export const StoriesPane = ({
  area,
  title,
  remark,
  isFocused,
  hasBorder,
  columns,
  rows,
  empty,
}: StoriesProps): ReactElement => (
  <Frame area={area} title={title} remark={remark} isFocused={isFocused} hasBorder={hasBorder}>
    {rows.length === 0 ? (
      <Text {...LOOKS.quiet} wrap="truncate-end">
        {empty}
      </Text>
    ) : (
      <StoryTable columns={columns} rows={rows} />
    )}
  </Frame>
);
