import type { TurnFailureCause } from "../../model/turn.ts";
import { causeOfSystemWords } from "../reading/known-causes.ts";

/** What the words of Gemini CLI, or of the API behind it, mean for a turn; undefined where they are not known. */
export const causeOfWords = (words: string): TurnFailureCause | undefined =>
  WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? causeOfSystemWords(words);

/** The first that fits counts: a quota of zero is a 429 like any other, but waiting does not help. */
const WORDS: readonly (readonly [RegExp, TurnFailureCause])[] = [
  [/error resuming session|error starting session: session id \S+ already exists/i, "session-lost"],
  [
    /\blimit: ?0(?![\d.])|INSUFFICIENT_G1_CREDITS|credits? balance|credits are depleted|(?<!plan and )\bbilling\b/i,
    "billing",
  ],
  [
    /api key (?:not valid|not found|expired)|API_KEY_INVALID|reported as leaked|must specify the GEMINI_API_KEY/i,
    "auth",
  ],
  [/set an auth method|when using vertex ai, you must|enforced authentication type|manual authorization/i, "auth"],
  [/\bUNAUTHENTICATED\b|PERMISSION_DENIED|invalid_grant|verify your account|authentication (?:failed|timed)/i, "auth"],
  [
    /token count .{0,80}exceeds|exceeds the maximum number of tokens|prompt is too long|payload size exceeds/i,
    "context",
  ],
  [/exceeded the token limit/i, "context"],
  [/no capacity available|MODEL_CAPACITY|model is overloaded|\bUNAVAILABLE\b|high demand/i, "overloaded"],
  [/returned an empty response|no final response text/i, "overloaded"],
  [/exhausted your|has been exhausted|RESOURCE_EXHAUSTED|quota exceeded|exceeded your current quota/i, "rate-limit"],
  [/rate limit|too many requests/i, "rate-limit"],
  [/is not found for api version|requested entity was not found|model not found|unexpected model name/i, "config"],
  [/location is not supported|not running in a trusted directory|unknown arguments?:|invalid values:/i, "config"],
  [/\[API Error: terminated\]|other side closed|premature close|socket hang up/i, "network"],
];
