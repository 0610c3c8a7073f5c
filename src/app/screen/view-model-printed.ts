import type { Line, Tone } from "../../components/props.ts";
import { displayWidth } from "../../core/model/display-width.ts";
import { plainText } from "../../core/model/plain-text.ts";
import { span, wrapText } from "./view-model-text.ts";

/**
 * Lines as headless output prints them (cards, summary), set for a pane: rules go, since the pane has a frame; long lines
 * are wrapped instead of cut, since a pane scrolls; tones follow the marks and words that carry the meaning.
 */
export const printedLines = (printed: readonly string[], columns: number): Line[] => {
  const lines = printed
    .filter((line) => !RULE.test(line))
    .flatMap((line): Line[] => {
      const safe = plainText(line).replaceAll("\n", " ");
      const indent = /^\s*/.exec(safe)?.[0] ?? "";
      const hanging = displayWidth(indent) + 2 < columns / 2 ? `${indent}  ` : "";
      const [first = "", ...rest] = wrapText(safe, columns);
      if (rest.length === 0) return [toned(first, safe)];
      // The rest is wrapped once more, for the room that its indent takes.
      const continued = wrapText(rest.join(" "), Math.max(1, columns - displayWidth(hanging)));
      return [toned(first, safe), ...continued.map((part): Line => toned(`${hanging}${part}`, safe))];
    });
  return withoutDoubleGaps(lines);
};

const RULE = /^━+$/;

const TONES: readonly (readonly [RegExp, Tone])[] = [
  [/^\s*(?:✅|\+ )/u, "good"],
  [/^\s*(?:❌|🛑|Failed at:|Reason:|Missing:|Missing artifacts:)/u, "bad"],
  [/^\s*(?:⛔|⚠|❓|~ )/u, "warn"],
  [/^\s*⏭/u, "strong"],
  [/\[FAILED\]|\[CUT OFF\]|\(FAILED\):/, "bad"],
  [/^\s*(?:storyboard|git|cd) /, "accent"],
  [/^(?:Summary:|SWARM |BATCH )/, "strong"],
  [/^\s+│ /, "quiet"],
  [/^\* /, "quiet"],
];

/** `Name: value` has a quiet name. */
const NAMED = /^(\s*(?:[A-Z][A-Za-z]*(?: [a-z]+){0,3}\*?|Attempt \d+):)(.*)$/;

/** One printed line in tones; `whole` is the line it was wrapped out of. */
const toned = (line: string, whole: string): Line => {
  const tone = TONES.find(([pattern]) => pattern.test(whole))?.[1];
  if (tone !== undefined) return [span(line, tone)];
  const named = NAMED.exec(line);
  return named === null ? [span(line)] : [span(named[1] ?? "", "quiet"), span(named[2] ?? "")];
};

/** Rules that went leave gaps beside each other, one at the top and one at the end. */
const withoutDoubleGaps = (lines: readonly Line[]): Line[] => {
  const kept = lines.filter((line, index) => !isGap(line) || (index > 0 && !isGap(lines[index - 1] ?? [])));
  return isGap(kept.at(-1) ?? []) ? kept.slice(0, -1) : kept;
};

const isGap = (line: Line): boolean => line.every(({ text }) => text.trim() === "");
