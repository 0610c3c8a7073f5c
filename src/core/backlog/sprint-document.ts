import { type Document, isMap, LineCounter, parseDocument, visit, type YAMLMap } from "yaml";
import { UserError } from "../model/user-error.ts";
import { otherShapeError, unreadableYamlError } from "./sprint-trouble.ts";
import { decodeExactly, lineOfOffset } from "./text.ts";

/** Largest sprint file we read, in bytes: some 50,000 stories. */
export const SPRINT_FILE_BYTES_MAX = 8 * 1024 * 1024;

/** Most YAML aliases in a sprint file; real ones have none, so more is a mistake or an attack. */
const SPRINT_ALIASES_MAX = 100;

/** A sprint file as parsed: its exact text, its YAML document, and where lines begin. */
export interface SprintDocument {
  readonly text: string;
  readonly document: Document;
  readonly root: YAMLMap;
  readonly developmentStatus: YAMLMap;
  /** 1-based line of a character offset. */
  readonly lineOf: (offset: number) => number;
}

/**
 * Parses the bytes of a BMAD v6 sprint file (formats.md 1.1 and 1.6 A). `path` is for messages only.
 * Throws a UserError that names file, line and remedy for a broken file, and the shape for another schema.
 */
export const parseSprintDocument = (bytes: Uint8Array, path: string): SprintDocument => {
  const text = exactText(bytes, path);
  const lineCounter = new LineCounter();
  const document = parse(text, path, lineCounter);
  const lineOf = (offset: number): number => lineCounter.linePos(offset).line;
  refuseAliasBomb(document, path, lineOf);
  const root = document.contents;
  if (!isMap(root)) throw otherShapeError(path, document);
  const found = root.items.filter((pair) => String(pair.key) === "development_status");
  const second = found[1];
  if (second !== undefined) throw duplicateError(path, "development_status", lineOf(offsetOf(second.key)));
  const developmentStatus = found[0]?.value;
  if (!isMap(developmentStatus)) throw otherShapeError(path, document);
  return { text, document, root, developmentStatus, lineOf };
};

/** Where a YAML node begins, in characters; 0 for a node that was not parsed from text. */
export const offsetOf = (node: unknown): number =>
  (node as { range?: readonly number[] | null } | null | undefined)?.range?.[0] ?? 0;

/** The same key twice: which one holds would be a guess, so nothing is read. */
export const duplicateError = (path: string, key: string, line: number): UserError =>
  new UserError(`${path}:${line}: the key ${JSON.stringify(key)} is there twice.`, [
    "Remove one of the two entries; only you can tell which status is right.",
  ]);

const exactText = (bytes: Uint8Array, path: string): string => {
  if (bytes.length > SPRINT_FILE_BYTES_MAX) {
    throw new UserError(
      `${path} has ${bytes.length} bytes; a sprint file may have ${SPRINT_FILE_BYTES_MAX} at most. It was not read.`,
      ["Check that this is the sprint file, and move what does not belong there elsewhere."],
    );
  }
  const text = decodeExactly(bytes);
  if (text !== undefined) return text;
  const line = lineOfOffset(new TextDecoder().decode(bytes), new TextDecoder().decode(bytes).indexOf("\ufffd"));
  throw new UserError(`${path}:${line}: this is not UTF-8 text.`, ["Save the file as UTF-8."]);
};

const parse = (text: string, path: string, lineCounter: LineCounter): Document => {
  let document: Document.Parsed;
  try {
    // The failsafe schema keeps every scalar as written: dates, `no` and numbers stay text.
    // Duplicate keys are looked for by us, because the parser's own check is quadratic.
    document = parseDocument(text, { schema: "failsafe", uniqueKeys: false, prettyErrors: false, lineCounter });
  } catch (error) {
    // The parser recurses, so absurdly deep nesting ends in a RangeError.
    throw unreadableYamlError(path, text, 0, error instanceof RangeError ? "nested too deeply" : String(error));
  }
  const problem = document.errors[0];
  if (problem !== undefined) throw unreadableYamlError(path, text, problem.pos[0], problem.message, problem.code);
  return document;
};

const refuseAliasBomb = (document: Document, path: string, lineOf: (offset: number) => number): void => {
  let count = 0;
  visit(document, {
    Alias(_, alias) {
      count++;
      if (count <= SPRINT_ALIASES_MAX) return;
      throw new UserError(
        `${path}:${lineOf(offsetOf(alias))}: more than ${SPRINT_ALIASES_MAX} YAML aliases; this is no sprint file.`,
        ["Write the values out instead of using aliases (*name)."],
      );
    },
  });
};
