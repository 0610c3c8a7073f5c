import type { Said, Tokens } from "./conversation.ts";
import {
  type Answer,
  type Fields,
  listOf,
  newId,
  pieces,
  type StreamEvent,
  textOf,
  type Wire,
  wordsOf,
} from "./wire.ts";

/** Anthropic's Messages. */
export const anthropicWire: Wire = {
  name: "anthropic",
  matches: (path) => /\/v1\/messages(?:\/count_tokens)?$/.test(path),
  counts: (path) => path.endsWith("/count_tokens"),
  count: (tokens) => ({ input_tokens: tokens }),
  read: (body) => ({
    model: wordsOf(body.model),
    system: textOf(body.system),
    said: listOf(body.messages).flatMap(readMessage),
    tools: listOf(body.tools).map(({ name }) => ({ name: wordsOf(name) })),
    streams: body.stream === true,
  }),
  stream: (answer, model) => {
    const blocks = blocksOf(answer);
    const begun = {
      ...messageOf(model),
      content: [],
      stop_reason: null,
      usage: { ...usageOf(answer.tokens), output_tokens: 1 },
    };
    return [
      event("message_start", { message: begun }),
      ...blocks.flatMap((block, index) => eventsOf(block, index)),
      event("message_delta", {
        delta: { stop_reason: stopReason(answer), stop_sequence: null },
        usage: usageOf(answer.tokens),
      }),
      event("message_stop", {}),
    ];
  },
  whole: (answer, model) => ({
    ...messageOf(model),
    content: blocksOf(answer),
    stop_reason: stopReason(answer),
    usage: usageOf(answer.tokens),
  }),
  error: (status, message) => ({ type: "error", error: { type: ERRORS[status] ?? "api_error", message } }),
};

const ERRORS: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  429: "rate_limit_error",
  529: "overloaded_error",
};

const readMessage = ({ role, content }: Fields): readonly Said[] => {
  const by = role === "assistant" ? "assistant" : "user";
  if (typeof content === "string") return [{ by, text: content }];
  return listOf(content).flatMap((block): Said[] => {
    if (block.type === "text") return [{ by, text: wordsOf(block.text) }];
    if (block.type === "tool_use") {
      return [{ by: "tool-call", tool: wordsOf(block.name), input: JSON.stringify(block.input) }];
    }
    return block.type === "tool_result" ? [{ by: "tool-result", text: textOf(block.content) }] : [];
  });
};

const messageOf = (model: string): Fields => ({
  id: newId("msg"),
  type: "message",
  role: "assistant",
  model,
  stop_sequence: null,
});

const usageOf = (tokens: Tokens): Fields => ({
  input_tokens: tokens.input,
  cache_creation_input_tokens: tokens.written,
  cache_read_input_tokens: tokens.cached,
  output_tokens: tokens.output,
  service_tier: "standard",
});

const stopReason = ({ call }: Answer): string => (call === undefined ? "end_turn" : "tool_use");

type Block =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: unknown };

const blocksOf = ({ text, call }: Answer): readonly Block[] => [
  ...(text === undefined ? [] : [{ type: "text", text } as const]),
  ...(call === undefined
    ? []
    : [{ type: "tool_use", id: newId("toolu"), name: call.tool, input: JSON.parse(call.input) } as const]),
];

const eventsOf = (block: Block, index: number): readonly StreamEvent[] => {
  const begun = block.type === "text" ? { ...block, text: "" } : { ...block, input: {} };
  const deltas =
    block.type === "text"
      ? pieces(block.text).map((text) => ({ type: "text_delta", text }))
      : pieces(JSON.stringify(block.input)).map((json) => ({ type: "input_json_delta", partial_json: json }));
  return [
    event("content_block_start", { index, content_block: begun }),
    ...deltas.map((delta) => event("content_block_delta", { index, delta })),
    event("content_block_stop", { index }),
  ];
};

const event = (name: string, data: Fields): StreamEvent => ({ name, data: { type: name, ...data } });
