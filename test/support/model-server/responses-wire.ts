import type { OfferedTool, Said, Tokens } from "./conversation.ts";
import { openAiError } from "./openai-error.ts";
import { type Answer, type Fields, listOf, newId, pieces, textOf, type Wire, wordsOf } from "./wire.ts";

/** OpenAI's Responses. */
export const responsesWire: Wire = {
  name: "responses",
  matches: (path) => path.endsWith("/responses"),
  read: (body) => ({
    model: wordsOf(body.model),
    system: wordsOf(body.instructions),
    said: listOf(body.input).flatMap(readItem),
    tools: toolsOf(body),
    streams: body.stream === true,
  }),
  stream: (answer, model) => {
    const items = itemsOf(answer);
    return [
      { name: "response.created", data: { response: responseOf(model, "in_progress", []) } },
      ...items.flatMap(eventsOf),
      { name: "response.completed", data: { response: finished(answer, model, items) } },
    ].map(({ name, data }, sequence) => ({ name, data: { type: name, sequence_number: sequence, ...data } }));
  },
  whole: (answer, model) => finished(answer, model, itemsOf(answer)),
  error: openAiError,
};

const readItem = (item: Fields): readonly Said[] => {
  switch (item.type) {
    case "function_call":
    case "custom_tool_call":
      return [{ by: "tool-call", tool: wordsOf(item.name), input: wordsOf(item.arguments ?? item.input) }];
    case "function_call_output":
    case "custom_tool_call_output":
      return [{ by: "tool-result", text: textOf(item.output) }];
    case "reasoning":
      return [];
    default: {
      const text = textOf(item.content);
      // What the program tells the model about itself comes as a developer's words.
      if (text === "" || item.role === "developer" || item.role === "system") return [];
      return [{ by: item.role === "assistant" ? "assistant" : "user", text }];
    }
  }
};

/** Newer releases send tools among the input, and in groups. */
const toolsOf = (body: Fields): readonly OfferedTool[] => {
  const later = listOf(body.input)
    .filter(({ type }) => type === "additional_tools")
    .flatMap(({ tools }) => listOf(tools));
  return [...listOf(body.tools), ...later]
    .flatMap((tool) => (tool.type === "namespace" ? listOf(tool.tools) : [tool]))
    .map((tool) => ({
      name: wordsOf(tool.name ?? tool.type),
      takesText: tool.type === "custom",
      takesScript: tool.name === "exec" && wordsOf(tool.description).includes("tools.exec_command"),
    }));
};

const finished = (answer: Answer, model: string, items: readonly Fields[]): Fields => ({
  ...responseOf(model, "completed", items),
  usage: usageOf(answer.tokens),
});

const responseOf = (model: string, status: string, output: readonly Fields[]): Fields => ({
  id: newId("resp"),
  object: "response",
  created_at: Math.floor(Date.now() / 1000),
  status,
  model,
  output,
  error: null,
  incomplete_details: null,
});

const usageOf = ({ input, cached, written, output, reasoning }: Tokens): Fields => ({
  input_tokens: input + cached + written,
  input_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
  output_tokens: output,
  output_tokens_details: { reasoning_tokens: reasoning },
  total_tokens: input + cached + written + output,
});

const itemsOf = ({ text, call }: Answer): readonly Fields[] => [
  ...(text === undefined
    ? []
    : [
        {
          id: newId("msg"),
          type: "message",
          role: "assistant",
          status: "completed",
          content: [{ type: "output_text", text, annotations: [] }],
        },
      ]),
  ...(call === undefined
    ? []
    : [
        {
          id: newId("call"),
          call_id: newId("call"),
          name: call.tool,
          status: "completed",
          ...(call.isText
            ? { type: "custom_tool_call", input: call.input }
            : { type: "function_call", arguments: call.input }),
        },
      ]),
];

const eventsOf = (item: Fields, index: number): { name: string; data: Fields }[] => {
  const at = { output_index: index, item_id: item.id };
  const deltas =
    item.type === "message"
      ? [
          {
            name: "response.content_part.added",
            data: { ...at, content_index: 0, part: { type: "output_text", text: "", annotations: [] } },
          },
          ...pieces(textOf(item.content)).map((delta) => ({
            name: "response.output_text.delta",
            data: { ...at, content_index: 0, delta },
          })),
          { name: "response.output_text.done", data: { ...at, content_index: 0, text: textOf(item.content) } },
        ]
      : [];
  return [
    { name: "response.output_item.added", data: { output_index: index, item: { ...item, ...begun(item) } } },
    ...deltas,
    { name: "response.output_item.done", data: { output_index: index, item } },
  ];
};

const begun = (item: Fields): Fields => {
  if (item.type === "message") return { status: "in_progress", content: [] };
  return { status: "in_progress", ...(item.type === "custom_tool_call" ? { input: "" } : { arguments: "" }) };
};
