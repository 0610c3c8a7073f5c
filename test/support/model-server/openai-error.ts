/** An error as both of OpenAI's APIs write it. */
export const openAiError = (status: number, message: string): unknown => ({
  error: { message, type: TYPES[status] ?? "server_error", param: null, code: CODES[status] ?? null },
});

const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "invalid_request_error",
  403: "invalid_request_error",
  429: "requests",
};

const CODES: Readonly<Record<number, string>> = { 401: "invalid_api_key", 429: "rate_limit_exceeded" };
