import type { ModelRequest, Said } from "../support/model-server/conversation.ts";
import { TOOL_SEARCH } from "../support/model-server/tool-calls.ts";

/** What the last of storyboard's prompts in a conversation asks for. */
export interface Task {
  readonly kind: "build" | "review" | "refine" | "retry" | "resume" | "answer";
  readonly story: string;
  readonly prompt: string;
  /** Tools whose results came after the prompt. */
  readonly done: number;
  /** Storyboard's prompts in this conversation, the last one included. */
  readonly prompts: number;
}

const KINDS: readonly (readonly [RegExp, Task["kind"]])[] = [
  [/^TASK: Implement story /m, "build"],
  [/^TASK: Review the implementation of story /m, "review"],
  [/^TASK: The builder of story /m, "review"],
  [/^TASK: A reviewer has looked at your work /m, "refine"],
  [/^RETRY: /m, "retry"],
  [/^RESUME: /m, "resume"],
  [/^MESSAGE: /m, "resume"],
  [/^You asked\b/m, "answer"],
];

/** Reads a conversation with one of storyboard's agents. Throws where no prompt of storyboard's is in it. */
export const taskOf = ({ said }: ModelRequest): Task => {
  const prompts = said.flatMap((each, at) => {
    const kind = each.by === "user" ? KINDS.find(([pattern]) => pattern.test(each.text))?.[1] : undefined;
    return kind === undefined || each.by !== "user" ? [] : [{ kind, at, prompt: each.text }];
  });
  const last = prompts.at(-1);
  if (last === undefined) throw new Error("there is no prompt of storyboard's in the conversation");
  const story = prompts.flatMap(({ prompt }) => /\bstory `([^`]+)`/.exec(prompt)?.[1] ?? [])[0];
  return {
    kind: last.kind,
    story: story ?? "",
    prompt: last.prompt,
    done: resultsIn(said.slice(last.at)),
    prompts: prompts.length,
  };
};

/** Results of tools, without those of a search for a tool. */
const resultsIn = (said: readonly Said[]): number =>
  said.filter(({ by }) => by === "tool-result").length -
  said.filter((each) => each.by === "tool-call" && each.tool === TOOL_SEARCH).length;
