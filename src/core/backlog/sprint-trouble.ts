import { type Document, isMap, isScalar, isSeq, type YAMLMap } from "yaml";
import { UserError } from "../model/user-error.ts";
import { lineOfOffset, listed, oneLine } from "./text.ts";

const UNQUOTED_PLACEHOLDER = /^\s*[\w-]+:\s*\{[\w-]+\}[^\s#]/;
const MARKDOWN_LINE = /^(?:#{2,6} |```|\*\*|\|.*\||\s*[-*] \[[ xX]\])/;
const NESTING_CODES: ReadonlySet<string> = new Set([
  "BAD_INDENT",
  "BLOCK_AS_IMPLICIT_KEY",
  "BLOCK_IN_FLOW",
  "MULTILINE_IMPLICIT_KEY",
  "TAB_AS_INDENT",
]);

/** Thrown for a YAML file that is something else than a BMAD v6 sprint file, so that another one can be tried. */
export class OtherShapeError extends UserError {}

/**
 * Says in a person's words why a sprint file is no valid YAML (formats.md 1.6 B): file, line, trouble, remedy.
 * `offset` is where the parser stopped, in characters; `code` is its error code.
 */
export const unreadableYamlError = (
  path: string,
  text: string,
  offset: number,
  message: string,
  code = "",
): UserError => {
  const lines = text.split(/\r?\n/);
  const conflict = lines.findIndex((line) => /^<{7}(?: |$)/.test(line));
  if (conflict !== -1) {
    return new UserError(`${path}:${conflict + 1}: the file holds unresolved git conflict markers.`, [
      "Resolve the conflict (git mergetool, or edit the file), then start again.",
    ]);
  }
  const placeholder = lines.findIndex((line) => UNQUOTED_PLACEHOLDER.test(line));
  if (placeholder !== -1) {
    return new UserError(
      `${path}:${placeholder + 1}: a value that begins with "{" must be in quotes: ${oneLine(lines[placeholder] ?? "", 100)}`,
      ['Put the value in double quotes, e.g. story_location: "{project-root}/docs/stories".'],
    );
  }
  if (lines.filter((line) => MARKDOWN_LINE.test(line)).length >= 3) {
    return new UserError(`${path}:${lineOfOffset(text, offset)}: the file holds Markdown, not YAML.`, [
      "Generate the sprint file with BMAD's sprint-planning, or move this document elsewhere.",
    ]);
  }
  const line = lineOfOffset(text, offset);
  const at = oneLine(lines[line - 1] ?? "", 100);
  const reason = oneLine(message, 160);
  if (NESTING_CODES.has(code) || /nested mappings|indent|same column|implicit key/i.test(message)) {
    return new UserError(`${path}:${line}: the indentation is wrong at or before this line: ${at} (${reason})`, [
      "Write all entries of development_status at the same indentation, two spaces in.",
    ]);
  }
  return new UserError(`${path}:${line}: this is not valid YAML: ${at} (${reason})`, ["Correct that line."]);
};

/** Says which other schema a file without `development_status` has (formats.md 1.6 C). */
export const otherShapeError = (path: string, document: Document): OtherShapeError =>
  new OtherShapeError(`${path} is not a BMAD v6 sprint file: ${shapeOf(document)}.`, [
    "Generate a sprint file with BMAD's sprint-planning; it holds a development_status map.",
    "Or list the stories under `stories:` in storyboard.yaml.",
  ]);

const shapeOf = (document: Document): string => {
  const root = document.contents;
  if (isSeq(root)) return "it is a list";
  if (!isMap(root)) return isScalar(root) && String(root.value).trim() !== "" ? "it is plain text" : "it is empty";
  const keys = root.items.map((pair) => oneLine(String(pair.key), 40));
  const misspelt = keys.find((key) => /^development[\s_-]*status$/i.test(key));
  if (misspelt === "development_status") return "its `development_status` is not a map of stories";
  if (misspelt !== undefined) return `it has \`${misspelt}\` where \`development_status\` belongs`;
  return knownShape(root) ?? `it has no development_status, but ${listed(keys.map((key) => `\`${key}\``))}`;
};

const knownShape = (root: YAMLMap): string | undefined => {
  const sprints = root.get("sprints");
  if (isSeq(sprints)) return "it has `sprints[].stories[]` (the scrum schema with points)";
  const epics = root.get("epics");
  if (isSeq(epics)) return "it has `epics[]`, a list of epics";
  if (isMap(epics)) return "it has `epics` as a map of epics";
  const stories = root.get("stories");
  if (isSeq(stories)) return "it has `stories[]`, a list of stories";
  if (isMap(stories)) return "it has `stories` as a map of stories";
  if (isSeq(root.get("milestones"))) return "it has `milestones[]`";
  return undefined;
};
