import { counted } from "../../core/model/counted.ts";
import { cutToWidth, displayWidth, padToWidth } from "../../core/model/display-width.ts";
import { plainLine, plainText } from "../../core/model/plain-text.ts";
import type { Diagnosis } from "./diagnose.ts";
import { AREAS, type Finding } from "./finding.ts";

/** Lines are no longer, however wide the terminal is: text is read, not scanned. */
const COLUMNS_MAX = 100;
/** Widest column of subjects; the text of a longer one begins below it. */
const SUBJECT_COLUMNS_MAX = 20;

/** A longer word of a command line is cut: a program's settings can be one word of thousands of characters. */
const WORD_COLUMNS_MAX = 200;
const CUT = " (whole with --json)";

const MARKS: Readonly<Record<Finding["state"], string>> = { ok: "✅", note: "💡", problem: "❌" };

/** A diagnosis for people: area by area, a mark for each finding, what to do below it, and how agents are called. */
export const formatDoctor = (diagnosis: Diagnosis, columns: number): string => {
  const width = Math.min(columns, COLUMNS_MAX);
  const lines = AREAS.flatMap((area) => {
    const findings = diagnosis.findings.filter((finding) => finding.area === area);
    if (findings.length === 0) return [];
    return [
      headline(area),
      ...findingLines(findings, width),
      ...(area === "agents" ? callLines(diagnosis, width) : []),
      "",
    ];
  });
  return `${[...lines, ...wrapped(lastWords(diagnosis), "", width)].join("\n")}\n`;
};

const headline = (area: string): string => `${area.charAt(0).toUpperCase()}${area.slice(1)}`;

const findingLines = (findings: readonly Finding[], width: number): string[] => {
  const widest = Math.max(...findings.map(({ subject }) => displayWidth(plainLine(subject))));
  const column = Math.min(widest, SUBJECT_COLUMNS_MAX);
  const indent = " ".repeat(column + 7);
  return findings.flatMap(({ subject, state, text, remedy }) => {
    const head = `  ${MARKS[state]} ${padToWidth(plainLine(subject), column)}  `;
    const [first = "", ...others] = linesOf(text).flatMap((line) => wrapped(line, indent, width));
    const isBeside = displayWidth(head) <= displayWidth(indent);
    return [
      ...(isBeside ? [head + first.trimStart()] : [head, first]),
      ...others,
      ...linesOf(state === "ok" ? "" : (remedy ?? "")).flatMap((line) => wrapped(`→ ${line}`, indent, width, "  ")),
    ].map((line) => line.trimEnd());
  });
};

const linesOf = (text: string): string[] =>
  plainText(text)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

const callLines = ({ agents }: Diagnosis, width: number): string[] =>
  agents.flatMap(({ name, profile, uses, calls }) => {
    const isUnused = uses.length === 0;
    const builds = isUnused || uses.includes("builds") || uses.includes("stands in");
    const reviews = isUnused || uses.includes("reviews") || uses.includes("stands in");
    return [
      ...(builds ? callOf(`BUILD by ${name ?? profile.cli}`, calls.build, width) : []),
      ...(reviews ? callOf(`VERIFY by ${name ?? profile.cli}`, calls.verify, width) : []),
    ];
  });

/** A shell line, whose lines end with a backslash; it can be copied where no word of it had to be cut. */
const callOf = (title: string, words: readonly string[] | undefined, width: number): string[] => {
  if (words === undefined) return [];
  const shown = words.map((word) =>
    displayWidth(word) > WORD_COLUMNS_MAX ? `${cutToWidth(word, WORD_COLUMNS_MAX)}${CUT}` : word,
  );
  const lines = joined(shown, "      ", width - 2);
  return [`  ${title}`, ...lines.map((line, i) => (i === lines.length - 1 ? line : `${line} \\`))];
};

const lastWords = ({ findings }: Diagnosis): string => {
  const problems = findings.filter(({ state }) => state === "problem").length;
  const notes = findings.filter(({ state }) => state === "note").length;
  const also = notes === 0 ? "" : `, ${counted(notes, "note")}`;
  return problems === 0
    ? `A run can start: no problems${also}.`
    : `A run cannot start: ${counted(problems, "problem")}${also}.`;
};

/** Long lines go on below, under the indent; words are never cut, for they may be there to be typed. */
const wrapped = (line: string, indent: string, width: number, hanging = ""): string[] =>
  joined(line.split(" "), indent, width, hanging);

const joined = (words: readonly string[], indent: string, width: number, hanging = ""): string[] => {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    const longer = line === "" ? (lines.length === 0 ? "" : hanging) + word : `${line} ${word}`;
    if (line !== "" && displayWidth(indent) + displayWidth(longer) > width) {
      lines.push(indent + line);
      line = hanging + word;
    } else line = longer;
  }
  return [...lines, indent + line];
};
