/** Of a longer line only this many characters are looked at, so that no pattern can take long over it. */
export const LINE_LENGTH_MAX = 10_000;

const TITLE_LENGTH_MAX = 400;

/** A line of a Markdown document with what surrounds it. */
export interface MarkdownLine {
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  /** Where the line begins in the document, in characters. */
  readonly offset: number;
  readonly kind: "text" | "heading" | "code" | "comment" | "frontmatter";
  /** For a heading: its level, 1 to 6. */
  readonly level?: number;
  /** Titles of the headings that the line is under, from level 1 down; a heading includes itself. */
  readonly path: readonly Heading[];
}

/** A heading that a line is under. */
export interface Heading {
  readonly level: number;
  readonly title: string;
  /** The title without emphasis, numbering, emoji and closing hashes, in lower case: to recognise sections. */
  readonly plain: string;
}

/**
 * Splits a document into lines (LF or CRLF) and tells headings, fenced code, HTML comments and frontmatter apart.
 * Lines of a comment that opens or closes beside text count as comment. Never throws.
 */
export const markdownLines = (text: string): readonly MarkdownLine[] => {
  const reader = new LineReader();
  const lines: MarkdownLine[] = [];
  let offset = 0;
  for (const raw of text.split("\n")) {
    const content = (raw.endsWith("\r") ? raw.slice(0, -1) : raw).slice(0, LINE_LENGTH_MAX);
    lines.push({ text: content, line: lines.length + 1, offset, ...reader.next(content, lines.length === 0) });
    offset += raw.length + 1;
  }
  return lines;
};

const FENCE = /^[\s>]*(`{3,}|~{3,})/;
/** Stories cut out of an epics document have bold lines in place of these headings. */
const BOLD_HEADING =
  /^ {0,3}\*\*((?:acceptance criteria|tasks(?: ?\/ ?subtasks)?|dependencies|prerequisites)) *:?\*\* *:?[ \t]*$/i;
const BOLD_HEADING_LEVEL = 6;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*)$/;

type LineShape = Pick<MarkdownLine, "kind" | "level" | "path">;

class LineReader {
  #fence = "";
  #isComment = false;
  #isFrontmatter = false;
  #path: readonly Heading[] = [];

  next(text: string, isFirst: boolean): LineShape {
    const kind = this.#kindOf(text, isFirst);
    if (kind !== "text") return { kind, path: this.#path };
    const bold = BOLD_HEADING.exec(text)?.[1];
    const heading = HEADING.exec(text);
    if (heading === null && bold === undefined) return { kind, path: this.#path };
    const level = heading?.[1]?.length ?? BOLD_HEADING_LEVEL;
    const title = (bold ?? heading?.[2] ?? "").slice(0, TITLE_LENGTH_MAX).trim();
    this.#path = [...this.#path.filter((outer) => outer.level < level), { level, title, plain: plainTitle(title) }];
    return { kind: "heading", level, path: this.#path };
  }

  #kindOf(text: string, isFirst: boolean): "text" | "code" | "comment" | "frontmatter" {
    if (isFirst && /^(?:\ufeff|\xef\xbb\xbf)?---[ \t]*$/.test(text)) {
      this.#isFrontmatter = true;
      return "frontmatter";
    }
    if (this.#isFrontmatter) {
      this.#isFrontmatter = !/^(?:---|\.\.\.)[ \t]*$/.test(text);
      return "frontmatter";
    }
    return this.#isComment ? this.#comment(text) : this.#codeOrText(text);
  }

  #comment(text: string): "comment" {
    this.#isComment = !text.includes("-->");
    return "comment";
  }

  #codeOrText(text: string): "text" | "code" | "comment" {
    const fence = FENCE.exec(text)?.[1] ?? "";
    if (this.#fence !== "") {
      const isClosing = fence.startsWith(this.#fence) && text.trim().replaceAll(/[>\s]/g, "") === fence;
      if (isClosing) this.#fence = "";
      return "code";
    }
    if (fence !== "") {
      this.#fence = fence;
      return "code";
    }
    const opened = text.lastIndexOf("<!--");
    if (opened === -1) return "text";
    this.#isComment = !text.includes("-->", opened);
    return text.trimStart().startsWith("<!--") ? "comment" : "text";
  }
}

const plainTitle = (title: string): string =>
  title
    .replaceAll(/[*_`]/g, "")
    .replace(/^[^\p{L}]+/u, "")
    .replace(/[\s:：#]+$/u, "")
    .toLowerCase();
