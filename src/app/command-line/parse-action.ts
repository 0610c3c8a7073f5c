import { STORY_KEY_LENGTH_MAX } from "../../core/model/story-key.ts";
import { ACTIONS, type ActionName } from "./commands.ts";
import { meant, type OptionValues, readWholeNumber } from "./option-values.ts";
import type { ControlAction } from "./parsed-command.ts";
import { quoted } from "./quoted.ts";

/** Reads what follows `ctl`. Everything wrong is added to `mistakes`; then the result is undefined. */
export const parseAction = (
  words: readonly string[],
  values: OptionValues,
  mistakes: string[],
): ControlAction | undefined => {
  const [name, ...given] = words;
  if (name === undefined) {
    mistakes.push(`ctl needs an action: ${Object.keys(ACTIONS).join(", ")}`);
    return undefined;
  }
  if (!Object.hasOwn(ACTIONS, name)) {
    mistakes.push(`${quoted(name)} is not an action of ctl${meant(name, Object.keys(ACTIONS))}`);
    return undefined;
  }
  const action = name as ActionName;
  const before = mistakes.length;
  checkOptions(action, values, mistakes);
  checkWords(action, given, mistakes);
  return mistakes.length === before ? actionOf(action, given, values) : undefined;
};

const checkOptions = (action: ActionName, values: OptionValues, mistakes: string[]): void => {
  if (values.note !== undefined && action !== "retry") mistakes.push("--note belongs to ctl retry");
  if (values["as-done"] !== undefined && action !== "skip") mistakes.push("--as-done belongs to ctl skip");
};

const checkWords = (action: ActionName, given: readonly string[], mistakes: string[]): void => {
  const wanted = ACTIONS[action];
  const missing = wanted.slice(given.length).filter((word) => word !== "[COMMENTS]");
  if (missing.length > 0)
    mistakes.push(`ctl ${action} needs ${missing.join(" and ")}: ctl ${action} ${wanted.join(" ")}`);
  // The words of an answer need no quotes.
  const hasText = wanted.some((word) => word === "TEXT" || word === "[COMMENTS]");
  if (given.length > wanted.length && !hasText) {
    mistakes.push(`ctl ${action} does not know what to do with ${given.slice(wanted.length).map(quoted).join(" ")}`);
  }
  const [first] = given;
  if (first === undefined) return;
  if (action === "workers") {
    const read = readWholeNumber(first, 1000, "ctl workers");
    if ("problem" in read) mistakes.push(read.problem);
  } else if (wanted.length > 0 && (first.length > STORY_KEY_LENGTH_MAX || first.trim() === "")) {
    mistakes.push(`${quoted(first)} is not a story key`);
  }
};

const actionOf = (
  action: ActionName,
  [first = "", ...rest]: readonly string[],
  values: OptionValues,
): ControlAction => {
  switch (action) {
    case "pause":
    case "resume":
    case "inbox":
      return { type: action };
    case "stop":
      return { type: "stop", reason: "asked for by ctl stop" };
    case "retry":
      return { type: "retry", story: first, ...(typeof values.note === "string" ? { note: values.note } : {}) };
    case "skip":
      return { type: "skip", story: first, ...(values["as-done"] === true ? { satisfies: true } : {}) };
    case "cancel":
      return { type: "cancel", story: first };
    case "workers":
      return { type: "workers", max: Number(first) };
    case "message":
      return { type: "message", story: first, text: rest.join(" ") };
    case "approve":
      return { type: "approve", story: first, ...(rest.length === 0 ? {} : { comments: rest.join(" ") }) };
    case "answer":
      return { type: "answer", story: first, text: rest.join(" ") };
    default:
      return action satisfies never;
  }
};
