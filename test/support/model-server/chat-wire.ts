import type { Said, Tokens } from "./conversation.ts";
import { openAiError } from "./openai-error.ts";
import {
  type Answer,
  type Fields,
  fieldsOf,
  listOf,
  newId,
  pieces,
  type StreamEvent,
  textOf,
  type Wire,
  wordsOf,
} from "./wire.ts";

/** OpenAI's chat completions, which most other providers speak, too. */
export const chatWire: Wire = {
  name: "chat",
  matches: (path) => path.endsWith("/chat/completions"),
  read: (body) => {
    const messages = listOf(body.messages);
    return {
      model: wordsOf(body.model),
      system: messages
        .filter(({ role }) => role === "system" || role === "developer")
        .map(({ content }) => textOf(content))
        .join("\n"),
      said: messages.flatMap(readMessage),
      tools: listOf(body.tools).map((tool) => ({ name: wordsOf(fieldsOf(tool.function).name) })),
      streams: body.stream === true,
    };
  },
  stream: (answer, model) => {
    const chunk = { ...headOf(model), object: "chat.completion.chunk" };
    const piece = (delta: Fields, finish: string | null = null): StreamEvent => ({
      data: { ...chunk, choices: [{ index: 0, delta, finish_reason: finish }] },
    });
    return [
      piece({ role: "assistant", content: "" }),
      ...pieces(answer.text ?? "").map((content) => piece({ content })),
      ...callsOf(answer).map((call) => piece({ tool_calls: [{ index: 0, ...call }] })),
      piece({}, finishReason(answer)),
      { data: { ...chunk, choices: [], usage: usageOf(answer.tokens) } },
      { data: "[DONE]" },
    ];
  },
  whole: (answer, model) => {
    const calls = callsOf(answer);
    const message = {
      role: "assistant",
      content: answer.text ?? null,
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    };
    return {
      ...headOf(model),
      object: "chat.completion",
      choices: [{ index: 0, message, finish_reason: finishReason(answer) }],
      usage: usageOf(answer.tokens),
    };
  },
  error: openAiError,
};

const readMessage = (message: Fields): readonly Said[] => {
  const text = textOf(message.content);
  switch (message.role) {
    case "user":
      return [{ by: "user", text }];
    case "tool":
      return [{ by: "tool-result", text }];
    case "assistant":
      return [
        ...(text === "" ? [] : [{ by: "assistant", text } as const]),
        ...listOf(message.tool_calls).map((call) => {
          const { name, arguments: input } = fieldsOf(call.function);
          return { by: "tool-call", tool: wordsOf(name), input: wordsOf(input) } as const;
        }),
      ];
    default:
      return [];
  }
};

const headOf = (model: string): Fields => ({ id: newId("chatcmpl"), created: Math.floor(Date.now() / 1000), model });

const callsOf = ({ call }: Answer): readonly Fields[] =>
  call === undefined
    ? []
    : [{ id: newId("call"), type: "function", function: { name: call.tool, arguments: call.input } }];

const finishReason = ({ call }: Answer): string => (call === undefined ? "stop" : "tool_calls");

const usageOf = ({ input, cached, written, output, reasoning }: Tokens): Fields => ({
  prompt_tokens: input + cached + written,
  completion_tokens: output,
  total_tokens: input + cached + written + output,
  prompt_tokens_details: { cached_tokens: cached },
  completion_tokens_details: { reasoning_tokens: reasoning },
});
