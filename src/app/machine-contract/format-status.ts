import { cutToWidth, displayWidth, padToWidth } from "../../core/model/display-width.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import { costWords } from "./contract-words.ts";
import type { StatusDocument, StatusStory } from "./status-document.ts";
import { durationClock } from "./time-words.ts";

/** No cell of the table is wider, so that one long key cannot push the rest off the line. */
const CELL_COLUMNS_MAX = 40;

/** A status document for people: a head line, one line a story, the counts. No escapes; every line fits. */
export const formatStatus = (document: StatusDocument, columns: number): string => {
  const { counts, workers } = document;
  const tokens = document.usage.tokens === null ? "–" : String(document.usage.tokens);
  const usd = costWords(document.usage);
  const lines = [
    `run ${document.run}  ${document.state.toUpperCase()}  since ${document.started_at}`,
    `workers ${workers.busy}/${workers.effective} (max ${workers.max})  tokens ${tokens}  cost ${usd}`,
    "",
    ...tableLines(document.stories.map(rowOf)),
    "",
    Object.entries(counts)
      .filter(([name, count]) => count > 0 || name === "total" || name === "done")
      .map(([name, count]) => `${count} ${name.replaceAll("_", " ")}`)
      .join(", "),
  ];
  return `${lines.map((line) => cutToWidth(line, columns).trimEnd()).join("\n")}\n`;
};

/**
 * Rows with their cells under each other: every column as wide as its widest cell. The last cell of a row is neither
 * padded nor counted, so that a reason in the place of a number does not push the numbers apart.
 */
export const tableLines = (rows: readonly (readonly string[])[]): string[] => {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.slice(0, -1).entries()) {
      widths[column] = Math.max(widths[column] ?? 0, Math.min(CELL_COLUMNS_MAX, displayWidth(cell)));
    }
  }
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === row.length - 1 ? cell : padToWidth(cutToWidth(cell, width), width);
    });
    return `  ${cells.join("  ")}`.trimEnd();
  });
};

const rowOf = (story: StatusStory): readonly string[] => [
  story.key,
  story.worker ?? "",
  story.status.toUpperCase(),
  story.status === "running" ? (story.phase ?? "STARTING") : "",
  story.duration_ms === null ? "" : durationClock(story.duration_ms),
  story.attempt > 1 ? `attempt ${story.attempt}` : "",
  plainLine(detailOf(story)),
];

const detailOf = (story: StatusStory): string => {
  if (story.error !== null) return story.error.message;
  if (story.waiting_for !== null) return `waits for ${story.waiting_for}`;
  return story.commit === null ? story.title : `${story.commit.slice(0, 7)}  ${story.title}`;
};
