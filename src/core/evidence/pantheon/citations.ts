/** A place in the code that a text names: `src/a.ts:42`, `src/a.ts:42-67`. */
export interface Citation {
  /** As written, with `/`, without `./` before it. */
  readonly path: string;
  /** From 1; a citation may say 0, which is then no line. */
  readonly from: number;
  readonly to: number;
}

/** Characters of a text that are looked at for citations. */
const TEXT_LENGTH_MAX = 200_000;
/** Citations that are found in one text, and checked at once. */
const CITATIONS_MAX = 500;
/** Longest path of a citation, in characters. */
const PATH_LENGTH_MAX = 400;

/** What separates words of a text, and what quotes them. A path may have brackets: `src/pages/[id].tsx:22`. */
const WORDS = /[^\s"'`<>|*,;“”‘’]+/gu;
const CITED = /^(.+?):(\d{1,9})(?:[-–](\d{1,9}))?(?!\d)/u;
/** Files without an ending that are cited by name alone. */
const BARE_NAMES = /^(?:[A-Z][a-z]+file|justfile|makefile)$/;

/** The citations of a text in their order, each once. */
export const findCitations = (text: string): readonly Citation[] => {
  const found = new Map<string, Citation>();
  for (const [word] of text.slice(0, TEXT_LENGTH_MAX).matchAll(WORDS)) {
    const citation = word.includes(":") && word.length <= PATH_LENGTH_MAX ? citationIn(word) : undefined;
    if (citation !== undefined) found.set(`${citation.path}:${citation.from}-${citation.to}`, citation);
    if (found.size >= CITATIONS_MAX) break;
  }
  return [...found.values()];
};

/** What a check of citations asks of the project. */
export interface CitedFiles {
  /**
   * Lines of each of at most 500 files, relative to the project, with `/`; undefined where there is no such file, or it
   * leads outside. How many it opens at once is its own to bound.
   */
  linesOf(paths: readonly string[]): Promise<readonly (number | undefined)[]>;
}

/** What is wrong with citations, one text each: `cites src/a.ts:400, which has 120 lines`. Asks for each file once. */
export const checkCitations = async (
  citations: readonly Citation[],
  { linesOf }: CitedFiles,
): Promise<readonly string[]> => {
  const checked = citations.slice(0, CITATIONS_MAX);
  const paths = [...new Set(checked.filter((each) => placeProblem(each) === undefined).map(({ path }) => path))];
  const counts = await linesOf(paths);
  const lines = new Map(paths.map((path, i) => [path, counts[i]]));
  return checked.flatMap((each) => placeProblem(each) ?? lineProblem(each, lines.get(each.path)) ?? []);
};

const placeProblem = (citation: Citation): string | undefined => {
  const { path } = citation;
  if (isAbsolute(path)) return `${said(citation)}, which is not relative to the project`;
  return path.split("/").includes("..") ? `${said(citation)}, which is outside of the project` : undefined;
};

const said = ({ path, from, to }: Citation): string => `cites ${path}:${from}${to === from ? "" : `-${to}`}`;

const lineProblem = (citation: Citation, count: number | undefined): string | undefined => {
  if (count === undefined) return `${said(citation)}, which is not there`;
  if (citation.from < 1 || citation.to < citation.from) return `${said(citation)}, which are no lines`;
  return citation.to > count ? `${said(citation)}, which has ${count} line${count === 1 ? "" : "s"}` : undefined;
};

const citationIn = (word: string): Citation | undefined => {
  // An address is no path.
  if (word.includes("://")) return undefined;
  const match = CITED.exec(word);
  const path = withoutOpening(match?.[1] ?? "")
    .replaceAll("\\", "/")
    .replace(/^(?:\.\/)+/, "");
  if (match === null || !isPath(path)) return undefined;
  const from = Number(match[2]);
  return { path, from, to: match[3] === undefined ? from : Number(match[3]) };
};

/** A path without the brackets around the citation: those of its own (`(shop)/[id].tsx`) are closed in it. */
const withoutOpening = (word: string): string => {
  const closing = { "(": ")", "[": "]", "{": "}" }[word.charAt(0)];
  return closing === undefined || word.includes(closing) ? word : withoutOpening(word.slice(1));
};

/** Whether a word is a path and no time, port or key: it has a folder or an ending that begins with a letter. */
const isPath = (word: string): boolean => {
  if (!/\p{L}/u.test(word) || word.includes(":")) return /^[A-Za-z]:\//.test(word);
  const name = word.slice(word.lastIndexOf("/") + 1);
  return name !== "" && (word.includes("/") || /\.\p{L}[\p{L}\p{N}_-]*$/u.test(name) || BARE_NAMES.test(name));
};

const isAbsolute = (path: string): boolean => path.startsWith("/") || path.startsWith("~") || /^[A-Za-z]:/.test(path);
