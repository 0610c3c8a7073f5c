import type { Conversation, Tokens, WireName } from "./conversation.ts";
import type { ToolCall } from "./tool-calls.ts";

/** A whole answer of the model. */
export interface Answer {
  readonly text?: string | undefined;
  readonly call?: ToolCall | undefined;
  readonly tokens: Tokens;
}

/** One piece of a stream: the name of the event, where the API names them, and what it carries. */
export interface StreamEvent {
  readonly name?: string;
  readonly data: unknown;
}

/** How one API says what all of them say. */
export interface Wire {
  readonly name: WireName;
  /** Whether a path below the base URL asks the model of this API something. */
  matches(path: string): boolean;
  /** Whether the path only asks how many tokens a request has. */
  counts?(path: string): boolean;
  read(body: Fields, path: string): Conversation;
  /** The answer to a request for the number of tokens. */
  count?(tokens: number): unknown;
  /** The events of an answer in pieces; where a stream breaks in the middle, those up to the text are sent. */
  stream(answer: Answer, model: string): readonly StreamEvent[];
  whole(answer: Answer, model: string): unknown;
  error(status: number, message: string): unknown;
}

/** A JSON object of unknown content. */
export type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};

export const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : []);

export const wordsOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** The text of a content that is a text, or a list of parts with texts. */
export const textOf = (content: unknown): string =>
  typeof content === "string"
    ? content
    : listOf(content)
        .map(({ text }) => wordsOf(text))
        .filter((text) => text !== "")
        .join("\n");

/** A text in two pieces, so that a program has to put it together. */
export const pieces = (text: string): readonly string[] => {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter((piece) => piece !== "");
};

let made = 0;

/** An id that no other answer has. */
export const newId = (prefix: string): string => {
  made += 1;
  return `${prefix}_${process.pid.toString(36)}${Date.now().toString(36)}${made.toString(36)}`;
};
