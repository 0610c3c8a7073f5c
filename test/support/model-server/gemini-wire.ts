import type { Said, Tokens } from "./conversation.ts";
import { type Answer, type Fields, fieldsOf, listOf, newId, pieces, textOf, type Wire, wordsOf } from "./wire.ts";

/** Google's generateContent. */
export const geminiWire: Wire = {
  name: "gemini",
  matches: (path) => /:(?:streamGenerateContent|generateContent|countTokens)$/.test(path),
  counts: (path) => path.endsWith(":countTokens"),
  count: (tokens) => ({ totalTokens: tokens }),
  read: (body, path) => ({
    model: /models\/([^:/]+):/.exec(path)?.[1] ?? "",
    system: textOf(fieldsOf(body.systemInstruction).parts),
    said: listOf(body.contents).flatMap(readContent),
    tools: listOf(body.tools)
      .flatMap(({ functionDeclarations }) => listOf(functionDeclarations))
      .map(({ name }) => ({ name: wordsOf(name) })),
    streams: path.endsWith(":streamGenerateContent"),
  }),
  stream: (answer, model) => [
    ...pieces(answer.text ?? "").map((text) => ({ data: responseOf(model, [{ text }]) })),
    ...callsOf(answer).map((part) => ({ data: responseOf(model, [part]) })),
    { data: { ...responseOf(model, [{ text: "" }], "STOP"), usageMetadata: usageOf(answer.tokens) } },
  ],
  whole: (answer, model) => ({
    ...responseOf(model, [...(answer.text === undefined ? [] : [{ text: answer.text }]), ...callsOf(answer)], "STOP"),
    usageMetadata: usageOf(answer.tokens),
  }),
  error: (status, message) => ({ error: { code: status, message, status: STATUSES[status] ?? "UNKNOWN" } }),
};

const STATUSES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
};

const readContent = ({ role, parts }: Fields): readonly Said[] =>
  listOf(parts).flatMap((part): Said[] => {
    if (part.functionCall !== undefined) {
      const { name, args } = fieldsOf(part.functionCall);
      return [{ by: "tool-call", tool: wordsOf(name), input: JSON.stringify(args) }];
    }
    if (part.functionResponse !== undefined) {
      return [{ by: "tool-result", text: JSON.stringify(fieldsOf(part.functionResponse).response) }];
    }
    const text = wordsOf(part.text);
    return text === "" ? [] : [{ by: role === "model" ? "assistant" : "user", text }];
  });

const responseOf = (model: string, parts: readonly Fields[], finishReason?: string): Fields => ({
  candidates: [
    { content: { role: "model", parts }, index: 0, ...(finishReason === undefined ? {} : { finishReason }) },
  ],
  modelVersion: model,
  responseId: newId("resp"),
});

const callsOf = ({ call }: Answer): readonly Fields[] =>
  call === undefined ? [] : [{ functionCall: { id: newId("call"), name: call.tool, args: JSON.parse(call.input) } }];

const usageOf = ({ input, cached, written, output, reasoning }: Tokens): Fields => ({
  promptTokenCount: input + cached + written,
  candidatesTokenCount: output - reasoning,
  cachedContentTokenCount: cached,
  thoughtsTokenCount: reasoning,
  totalTokenCount: input + cached + written + output,
});
