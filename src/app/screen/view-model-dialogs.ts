import type { Choice, Line, PromptState } from "../../components/props.ts";
import { counted } from "../../core/model/counted.ts";
import { displayWidth } from "../../core/model/display-width.ts";
import { plainLine } from "../../core/model/plain-text.ts";

import type { ScreenFacts } from "./view-model.ts";
import type { PageContent } from "./view-model-page.ts";
import { cutLine, span, wrapText } from "./view-model-text.ts";

/** The mark of the choice that enter takes, and the empty cell behind it. */
const MARK_COLUMNS = 2;
/** Below this the labels of choices must do. */
const HINT_COLUMNS_MIN = 36;

/** Leaving: what runs, and what may become of it. */
export const quitContent = ({ state, choices }: ScreenFacts, marked: number, columns: number): PageContent => {
  const agents = counted(state.busy, "agent");
  const what = state.busy === 0 ? "No agent runs right now." : `${agents} ${state.busy === 1 ? "is" : "are"} at work.`;
  return choiceContent("Leave?", wrapText(what, columns), choices, marked, columns);
};

/** The run is not finished and nobody leads it: its process is gone, or it was stopped. */
export const lostContent = ({ state, choices }: ScreenFacts, marked: number, columns: number): PageContent =>
  state.phase === "ended"
    ? choiceContent(
        "This run was left unfinished",
        wrapText(`It was stopped: ${plainLine(state.result?.reason ?? "")}. Everything is saved.`, columns),
        choices,
        marked,
        columns,
      )
    : goneContent(choices, marked, columns);

const goneContent = (choices: readonly Choice[], marked: number, columns: number): PageContent =>
  choiceContent(
    "The lead of this run is gone",
    wrapText(
      "The process that ran this sprint has ended without a word. Everything up to its last event is saved; agents that still work are found again when the run is resumed.",
      columns,
    ),
    choices,
    marked,
    columns,
  );

const choiceContent = (
  title: string,
  words: readonly string[],
  choices: readonly Choice[],
  marked: number,
  columns: number,
): PageContent => {
  const keyColumns = Math.max(0, ...choices.map(({ key }) => displayWidth(key))) + 2;
  const labelColumns = Math.max(0, ...choices.map(({ label }) => displayWidth(label))) + 3;
  const hintColumns = Math.max(0, ...choices.map(({ hint }) => displayWidth(hint)));
  const place = MARK_COLUMNS + keyColumns;
  const isBeside = place + labelColumns + hintColumns <= columns;
  const items = choices.map(({ key, label, hint }, index): Line[] => {
    const head: Line = [
      span(index === marked ? "▸ " : "  ", "active"),
      span(key.padEnd(keyColumns), "active"),
      span(isBeside && hint !== "" ? label.padEnd(labelColumns) : label, index === marked ? "strong" : "plain"),
    ];
    if (isBeside) return [[...head, span(hint, "quiet")]];
    // Where there is no room beside it a hint goes below, and where there is none there either it goes.
    const below = hint === "" || columns < HINT_COLUMNS_MIN ? [] : wrapText(hint, columns - place);
    return [cutLine(head, columns), ...below.map((line): Line => [span(" ".repeat(place) + line, "quiet")])];
  });
  const above: Line[] = words.map((line) => [span(line)]);
  return {
    title,
    lines: [...above, [], ...items.flat()],
    keepInSight: [above.length + items.flat().length, above.length + 1 + items.slice(0, marked).flat().length],
  };
};

/** Something is typed: what it is about, and the line with its cursor. */
export const promptContent = (prompt: PromptState | undefined, columns: number): PageContent => {
  if (prompt === undefined) return { title: "", lines: [] };
  const about = prompt.about === "" ? [] : wrapText(prompt.about, columns).map((line): Line => [span(line, "warn")]);
  return {
    title: plainLine(prompt.title),
    lines: [...about, ...(about.length === 0 ? [] : [[]]), inputLine(prompt, columns)],
    keepInSight: [about.length === 0 ? 0 : about.length + 1],
  };
};

/** The end of the text that leads to the cursor, the cursor, and what follows as far as there is room. */
const inputLine = ({ text, cursor }: PromptState, columns: number): Line => {
  const room = Math.max(1, columns - 3);
  // A cursor inside a surrogate pair would make two broken characters of one.
  const place = /[\udc00-\udfff]/.test(text.charAt(cursor)) ? cursor - 1 : cursor;
  const before = lastCells(visible(text.slice(0, place)), room);
  const [at = " ", ...after] = visible(text.slice(place));
  return cutLine([span("› ", "active"), span(before), span(at, "cursor"), span(after.join(""))], columns);
};

/** Line feeds of a pasted text are drawn as spaces, one for one, so that the cursor stays where it is. */
const visible = (text: string): string => plainLineKeepingSpaces(text);

const plainLineKeepingSpaces = (text: string): string => {
  const end = /\s*$/.exec(text)?.[0].replaceAll(/\s/g, " ") ?? "";
  const start = text.trim() === "" ? "" : (/^\s*/.exec(text)?.[0].replaceAll(/\s/g, " ") ?? "");
  return `${start}${plainLine(text)}${end}`;
};

const lastCells = (text: string, columns: number): string => {
  let kept = "";
  let width = 0;
  for (const character of [...text].reverse()) {
    width += displayWidth(character);
    if (width > columns) break;
    kept = character + kept;
  }
  return kept;
};
