/** Which API a program speaks with its model. */
export type WireName = "anthropic" | "responses" | "chat" | "gemini";

/** One thing that was said in a conversation, in words that all APIs share. */
export type Said =
  | { readonly by: "user"; readonly text: string }
  | { readonly by: "assistant"; readonly text: string }
  | { readonly by: "tool-call"; readonly tool: string; readonly input: string }
  | { readonly by: "tool-result"; readonly text: string };

/** A tool that a request offers to the model. */
export interface OfferedTool {
  readonly name: string;
  /** Whether its input is plain text instead of JSON. */
  readonly takesText?: boolean;
  /** Whether its input is a script that calls the other tools. */
  readonly takesScript?: boolean;
}

/** What a request says, whatever API it came by. */
export interface Conversation {
  readonly model: string;
  readonly system: string;
  readonly said: readonly Said[];
  readonly tools: readonly OfferedTool[];
  /** Whether the answer is to come in pieces. */
  readonly streams: boolean;
}

/** One request of a program to its model. */
export interface ModelRequest extends Conversation {
  readonly wire: WireName;
  /** Below the program's base URL. */
  readonly path: string;
  /** How many requests of the same program came before, side requests left out. */
  readonly number: number;
}

/** Tokens of one answer. `input` is what the cache neither served nor took; `output` includes `reasoning`. */
export interface Tokens {
  readonly input: number;
  readonly cached: number;
  readonly written: number;
  readonly output: number;
  readonly reasoning: number;
}

/** What a tool is to do; the program's own tool for it is found among those that it offers. */
export type Action =
  | { readonly do: "run"; readonly command: string }
  | { readonly do: "write"; readonly path: string; readonly text: string }
  | { readonly do: "read"; readonly path: string }
  | { readonly do: "replace"; readonly path: string; readonly from: string; readonly to: string }
  /** A tool of an MCP server, which programs have names of their own for. */
  | { readonly do: "use"; readonly server: string; readonly tool: string; readonly input: object };

/** What the model does in answer to a request. */
export type Step =
  | { readonly do: "say"; readonly text: string; readonly tokens?: Tokens }
  | (Action & { readonly say?: string; readonly tokens?: Tokens })
  /** An error of the API instead of an answer; without a body it is one as the API writes it, with the message. */
  | {
      readonly do: "refuse";
      readonly status: number;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  /** Accepts the request and never answers. */
  | { readonly do: "hang" }
  /** Says this much and then nothing more, with the connection left open or cut. */
  | { readonly do: "stall"; readonly text: string }
  | { readonly do: "break-off"; readonly text: string }
  /** Cuts the connection instead of an answer. */
  | { readonly do: "drop" };

/** What a model thinks: what it does depends on the request alone. A promise keeps the program waiting until it is kept. */
export type Brain = (request: ModelRequest) => Step | Promise<Step>;

/** Tokens of a step that names none: all kinds of them, and none equal, so that no sum is right by chance. */
export const TOKENS: Tokens = { input: 1000, cached: 200, written: 0, output: 50, reasoning: 10 };

/** Side requests cost nothing, so that a test need not know how many of them a program makes. */
export const NO_TOKENS: Tokens = { input: 0, cached: 0, written: 0, output: 0, reasoning: 0 };
