import type { FooterProps, KeyHint, Line, Rectangle, ViewState } from "../../components/props.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import type { ScreenFacts } from "./view-model.ts";
import { standingNotice } from "./view-model-state.ts";
import { cutLine, fitParts, span } from "./view-model-text.ts";

/** The spinner before a wait, and the empty cell behind it. */
const SPINNER_COLUMNS = 2;

/** The message line and the keys that work now; where there is one row for both, a message goes first. */
export const footerProps = (facts: ScreenFacts, view: ViewState, area: Rectangle): FooterProps => {
  if (area.rows === 0) return { area, message: undefined, keys: undefined, waitsFor: false };
  const waits = view.waitsFor !== undefined;
  const indent = area.rows > 1 ? " " : "";
  const message = waits
    ? cutLine([span(plainLine(view.waitsFor ?? ""), "active")], area.columns - SPINNER_COLUMNS)
    : messageLine(facts, view, area.columns, indent);
  const hasBoth = area.rows > 1;
  // A notice that stands for long must not hide the keys for long.
  const isFresh = waits || view.message !== undefined;
  return {
    area,
    message: hasBoth ? (message ?? []) : isFresh ? message : undefined,
    keys: hasBoth || !isFresh ? keysLine(facts.keys, area.columns, indent) : undefined,
    waitsFor: waits,
  };
};

const messageLine = (facts: ScreenFacts, view: ViewState, columns: number, indent: string): Line | undefined => {
  const notice = view.message ?? standingNotice(facts);
  return notice && cutLine([span(`${indent}${plainLine(notice.text)}`, notice.tone)], columns);
};

/** As many keys as have room: the first ones, and always the last two, which are help and the way out. */
const keysLine = (keys: readonly KeyHint[], columns: number, indent: string): Line => {
  const parts = keys.map(({ key, label }, rank) => ({
    line: [span(key, "active"), span(` ${label}`, "quiet")],
    rank: rank >= keys.length - 2 ? 0 : rank + 1,
  }));
  return [span(indent), ...fitParts(parts, columns - indent.length, "  ")];
};
