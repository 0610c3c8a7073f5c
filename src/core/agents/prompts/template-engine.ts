import { Liquid, type Template } from "liquidjs";
import { fenced, inline } from "./quote.ts";
import { SafeText } from "./safe-text.ts";
import { laidOut, placeholder, preparedTemplate } from "./template-layout.ts";

/** Longest template, in characters. */
export const TEMPLATE_LENGTH_MAX = 100_000;
/** Longest prompt, in characters; no agent program takes more. */
const PROMPT_LENGTH_MAX = 2_000_000;
/** Longest that one template may be worked on, in milliseconds: it is only there for loops that would not end. */
const RENDER_LIMIT_MS = 2_000;
/** What one rendering may hold at a time, in Liquid's own count of characters and elements. */
const MEMORY_LIMIT = 10_000_000;

/** The tags of a template: no file is read, nothing is printed past the escaping. */
export const TEMPLATE_TAGS: readonly string[] = [
  "if",
  "unless",
  "case",
  "for",
  "break",
  "continue",
  "assign",
  "comment",
  "raw",
  "#",
];

/** The filters of a template, besides our own `fenced`: texts, lists and numbers. No clock, no chance, no `raw`. */
export const TEMPLATE_FILTERS: readonly string[] = [
  ...["append", "prepend", "capitalize", "downcase", "upcase", "strip", "lstrip", "rstrip", "replace", "remove"],
  ...["split", "join", "first", "last", "size", "slice", "truncate", "truncatewords", "default", "json"],
  ...["sort", "reverse", "uniq", "compact", "map", "where", "concat"],
  ...["plus", "minus", "times", "divided_by", "modulo", "at_least", "at_most"],
];

/** What is wrong with a template, and where. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  /** 1-based; undefined where no line is to blame. */
  readonly line: number | undefined;
  /** The name that means nothing, where that is what is wrong. */
  readonly unknown: { readonly kind: "variable" | "filter" | "tag"; readonly name: string } | undefined;

  constructor(message: string, line?: number, unknown?: TemplateError["unknown"]) {
    super(message);
    this.line = line;
    this.unknown = unknown;
  }
}

/** A template that was parsed. */
export interface ParsedTemplate {
  /** All names that it uses and does not define, in every branch: `title`, `sections.story`. */
  readonly names: readonly { readonly name: string; readonly line: number }[];
  /** The prompt for these variables. Throws TemplateError. */
  render(variables: Readonly<Record<string, unknown>>): string;
}

/** Parses a template (Liquid). Throws TemplateError. */
export const parseTemplate = (text: string): ParsedTemplate => {
  if (text.length > TEMPLATE_LENGTH_MAX) throw new TemplateError(`is longer than ${TEMPLATE_LENGTH_MAX} characters`);
  // One engine a template: the values of a rendering belong to nobody else.
  let values: string[] = [];
  const engine = createEngine((value) => {
    const printed = printedValue(value);
    return printed === "" ? "" : placeholder(values.push(printed) - 1);
  });
  const template = orTemplateError(() => engine.parse(preparedTemplate(text)));
  return {
    // For who asks alone: a prompt needs no analysis.
    get names() {
      return namesIn(engine, template);
    },
    render: (variables) => {
      values = [];
      const rendered = orTemplateError(() => engine.renderSync(template, variables) as string);
      const prompt = laidOut(rendered, values);
      if (prompt.length > PROMPT_LENGTH_MAX)
        throw new TemplateError(`makes a prompt of more than ${PROMPT_LENGTH_MAX} characters`);
      return prompt;
    },
  };
};

const createEngine = (outputEscape: (value: unknown) => string): Liquid => {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    greedy: false,
    // Nothing is looked for on the disk, whatever a tag may be called.
    templates: {},
    // Else the zone and the language of the machine are asked for, which takes longer than all the rest.
    timezoneOffset: 0,
    locale: "en",
    parseLimit: TEMPLATE_LENGTH_MAX * 2,
    renderLimit: RENDER_LIMIT_MS,
    memoryLimit: MEMORY_LIMIT,
    outputEscape,
  });
  keepOnly(engine.tags, TEMPLATE_TAGS);
  keepOnly(engine.filters, TEMPLATE_FILTERS);
  engine.registerFilter("fenced", (value: unknown, what: unknown = "MATERIAL") =>
    value === null || value === undefined || value === "" ? null : new SafeText(fenced(inOneLine(what), shown(value))),
  );
  return engine;
};

const keepOnly = (table: Record<string, unknown>, names: readonly string[]): void => {
  for (const name of Object.keys(table)) if (!names.includes(name)) Reflect.deleteProperty(table, name);
};

const shown = (value: unknown): string => (Array.isArray(value) ? value.map(String).join("\n") : String(value));

const inOneLine = (value: unknown): string => inline(shown(value)).slice(1, -1);

/** How a value appears: ours as it is, a number or a yes as a word, foreign text as one line in backticks. */
const printedValue = (value: unknown): string => {
  if (value === null || value === undefined || value === "") return "";
  if (value instanceof SafeText) return value.text;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return inline(Array.isArray(value) ? value.map(String).join(", ") : String(value));
};

const namesIn = (engine: Liquid, template: Template[]): ParsedTemplate["names"] =>
  Object.values(engine.analyzeSync(template, { partials: false }).globals).flatMap((uses) =>
    uses.map(({ segments, location }) => {
      // What comes after an index or a computed key is known only when it is rendered.
      const end = segments.findIndex((segment) => typeof segment !== "string");
      return { name: segments.slice(0, end < 0 ? segments.length : end).join("."), line: location.row };
    }),
  );

const orTemplateError = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw asTemplateError(error as Error);
  }
};

/** Liquid's errors name a line and a column at their end, and carry the token to blame. */
const asTemplateError = (error: Error & { token?: { getPosition?: () => number[] } }): TemplateError => {
  const message = (error.message.split("\n")[0] ?? "")
    .replace(/(?:, file:.*?)?, line:\d+, col:\d+$/, "")
    // The marks that `preparedTemplate` put in.
    .replaceAll("{%-", "{%")
    .replaceAll("-%}", "%}");
  const line = error.token?.getPosition?.()[0];
  const unknown = UNKNOWN.map(({ kind, pattern }) => ({ kind, name: pattern.exec(message)?.[1] })).find(
    ({ name }) => name !== undefined,
  );
  return new TemplateError(
    message,
    line,
    unknown?.name === undefined ? undefined : { kind: unknown.kind, name: unknown.name },
  );
};

const UNKNOWN = [
  { kind: "variable", pattern: /^undefined variable: (.+)$/ },
  { kind: "filter", pattern: /^undefined filter: (.+)$/ },
  { kind: "tag", pattern: /^tag "(.+)" not found$/ },
] as const;
