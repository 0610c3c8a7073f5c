import inkTable from "ink-table";
import { createContext, memo, type PropsWithChildren, type ReactElement, useContext } from "react";
import { LineText } from "./LineText.tsx";
import type { Line, StoryRow } from "./props.ts";

interface StoryTableProps {
  readonly columns: readonly string[];
  readonly rows: readonly StoryRow[];
}

/**
 * The rows of the stories by ink-table. The table gets no texts but row numbers, and our cells look up what is in them:
 * so it lays out again only when the number of rows or the columns change, its widths by `.length` do not matter, and
 * each cell keeps its tones. The skeleton draws nothing, which makes the table dense.
 */
export const StoryTable = ({ columns, rows }: StoryTableProps): ReactElement => (
  <Cells.Provider value={{ columns, rows }}>
    <Grid names={columns.join(" ")} count={rows.length} />
  </Cells.Provider>
);

// Its file is CommonJS: what is imported is the whole of its exports.
const { default: Table } = inkTable;

const Cells = createContext<StoryTableProps>({ columns: [], rows: [] });

const Grid = memo(({ names, count }: { readonly names: string; readonly count: number }): ReactElement => {
  const columns = names.split(" ");
  const data = Array.from({ length: count }, (_, row) => Object.fromEntries(columns.map((name) => [name, row])));
  // A table reads its components once, so another set of columns is another table.
  return (
    <Table key={names} data={data} columns={columns} padding={1} cell={Cell} header={Nothing} skeleton={Nothing} />
  );
});

/** Draws the cell of its column and of the row whose number it was given. */
const Cell = ({ column, children }: PropsWithChildren<{ readonly column: number }>): ReactElement => {
  const { columns, rows } = useContext(Cells);
  const line: Line | undefined = rows[Number(String(children).trim())]?.cells[columns[column] ?? ""];
  return <LineText line={line ?? NOTHING} />;
};

const NOTHING: Line = [];

const Nothing = (): ReactElement => <></>;
