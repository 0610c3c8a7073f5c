import { firstLine } from "../../core/model/plain-text.ts";
import type { BaselineChoice, QuestionKind } from "../../core/scheduler/events.ts";
import { CHOICES, type WaitingItem } from "../../core/scheduler/inbox.ts";
import type { Command } from "../../core/scheduler/inputs.ts";
import type { CommandContext } from "./command-context.ts";
import type { ScreenCommand } from "./commands.ts";
import { sendProblem } from "./run-commands.ts";
import { waitingItems } from "./view-model-inbox.ts";

/** The item of the inbox that is marked. */
const markedItem = ({ window, view }: CommandContext): WaitingItem | undefined => waitingItems(window)[view.choice];

const NOTHING = "nothing waits for you";

/** What a yes to that kind is called; a question and a blocker want words. */
const yesWord = (kind: QuestionKind): string => (kind === "operator" ? "confirm" : (CHOICES[kind][0] ?? "yes"));

const yesTo = ({ story, question: { kind } }: WaitingItem): Command | undefined => {
  if (story === null) return { type: "decide-baseline", choice: "accept" };
  switch (kind) {
    case "plan":
    case "review":
    case "conflict":
      return { type: "approve", story };
    case "environment":
    case "attached":
      return { type: "answer", story, text: yesWord(kind) };
    case "operator":
      return { type: "confirm", story };
    default:
      return undefined;
  }
};

/** Gives a command and goes back to the stories, where what comes of it is seen. */
const send = ({ actions }: CommandContext, command: Command, done: string): void => {
  actions.set({ view: "dashboard", choice: 0, scroll: 0 });
  actions.send(command, done);
};

const yesProblem = (context: CommandContext): string | undefined => {
  const item = markedItem(context);
  if (item === undefined) return NOTHING;
  const command = yesTo(item);
  return command === undefined ? "it wants an answer in words: ⏎ answers" : sendProblem(context, command);
};

const sayYes = (context: CommandContext): void => {
  const item = markedItem(context);
  const command = item && yesTo(item);
  if (item === undefined || command === undefined) return;
  const { story, question } = item;
  const name = story === null ? "" : context.label(story);
  if (story === null) send(context, command, "the red gates are accepted");
  else if (question.kind !== "operator") send(context, command, `${name} goes on`);
  else {
    // What a person did elsewhere cannot be looked at, so it is asked about once.
    context.actions.ask(`Is it done? ${firstLine(question.text)}  y yes, esc not yet`, {
      y: { label: "it is done", act: () => send(context, command, `${name} is done`) },
    });
  }
};

const answerProblem = (context: CommandContext): string | undefined => {
  switch (markedItem(context)?.question.kind) {
    case undefined:
      return NOTHING;
    case "operator":
      return "it waits for what only you can do: a confirms that it is done";
    case "baseline":
      return "a accepts, w goes without, v shows them, x ends the run";
    default:
      return undefined;
  }
};

const answer = (context: CommandContext): void => {
  const item = markedItem(context);
  if (item === undefined || item.story === null) return;
  const { story, question } = item;
  const { text, files = [] } = question;
  const about = files.length === 0 ? text : `${text}\n\n${files.join("\n")}`;
  const name = context.label(story);
  context.actions.prompt({ title: `Answer for ${name}`, about }, (typed) => {
    if (typed.trim() === "") context.actions.say("An empty answer is none: nothing was sent", "warn");
    else send(context, { type: "answer", story, text: typed }, `${name} goes on with your answer`);
  });
};

const isBaseline = (context: CommandContext): boolean => markedItem(context)?.story === null;

const choiceProblem =
  (choice: BaselineChoice) =>
  (context: CommandContext): string | undefined =>
    isBaseline(context)
      ? sendProblem(context, { type: "decide-baseline", choice })
      : "that is for gates that are red before the first story";

/** What keys do to what waits for a person. */
export const INBOX_COMMANDS = {
  answer: {
    does: "answer what is asked",
    hint: "answer",
    problem: answerProblem,
    act: answer,
  },
  "say-yes": {
    does: "yes: approve the plan, accept what is open, go on, confirm your part",
    hint: (context) => yesWord(markedItem(context)?.question.kind ?? "question"),
    problem: yesProblem,
    act: sayYes,
  },
  "go-without": {
    does: "go without the gates that are red before the first story",
    hint: "go without",
    problem: choiceProblem("without"),
    act: (context) =>
      send(context, { type: "decide-baseline", choice: "without" }, "this run does without the red gates"),
  },
  "show-red": {
    does: "show the last lines of the gates that are red before the first story",
    hint: "show",
    problem: (context) => (isBaseline(context) ? undefined : "no gate is red before the first story"),
    // What went wrong stands at the end.
    act: ({ actions }) => actions.set({ view: "red-gates", scroll: Number.MAX_SAFE_INTEGER }),
  },
  "end-run": {
    does: "end the run whose gates are red before its first story",
    hint: "end the run",
    problem: choiceProblem("quit"),
    act: (context) =>
      context.actions.ask("End the run before its first story? y yes, esc keeps it", {
        y: { label: "end it", act: () => send(context, { type: "decide-baseline", choice: "quit" }, "") },
      }),
  },
} as const satisfies Record<string, ScreenCommand>;
