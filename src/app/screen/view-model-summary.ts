import type { Line } from "../../components/props.ts";
import { summaryLines } from "../headless/summary.ts";
import type { ScreenFacts } from "./view-model.ts";
import type { PageContent } from "./view-model-page.ts";
import { printedLines } from "./view-model-printed.ts";
import { span } from "./view-model-text.ts";

/** The final summary: what headless output prints, in a pane. */
export const summaryContent = ({ summary, records, label }: ScreenFacts, columns: number): PageContent => {
  const lines: Line[] =
    summary === undefined
      ? [[span("The run goes on; its summary comes when it has ended.", "quiet")]]
      : printedLines(summaryLines(summary, { records, label, columns }), columns);
  return { title: "Summary", lines };
};
