import type { Reply } from "../../core/control/protocol.ts";
import { plainLine, plainText } from "../../core/model/plain-text.ts";
import { UserError } from "../../core/model/user-error.ts";
import { commandProblem } from "../../core/scheduler/decide-command.ts";
import type { BaselineChoice } from "../../core/scheduler/events.ts";
import { answerCommand, CHOICES, questionOf, RUN_ITEM } from "../../core/scheduler/inbox.ts";
import type { Command } from "../../core/scheduler/inputs.ts";
import { storyOf } from "../../core/scheduler/state.ts";
import { openRepository } from "../../core/workspace/inspect-repository.ts";
import type { ControlAction, ProjectOptions } from "../command-line/parsed-command.ts";
import { findingLine } from "../headless/notices.ts";
import { answerCount } from "../lead/answers.ts";
import { connectLead } from "../lead/connect-lead.ts";
import { keepAnswer } from "../lead/keep-answer.ts";
import { type FoldedRun, isUnfinished, lookAtRun, newestRun } from "../lead/runs.ts";
import { type InboxItem, takeSnapshot } from "../lead/snapshot.ts";
import type { OwnPackage } from "../own-package.ts";
import { meantKey, noRun } from "./meant.ts";
import type { CommandOutput } from "./output.ts";
import { projectFolder } from "./project.ts";

/** Commands that make sense without a lead: they are kept for the next one. */
const KEPT: ReadonlySet<Command["type"]> = new Set(["answer", "approve", "confirm", "decide-baseline", "retry"]);
/** Last lines of each gate that is red before the first story. */
const RED_LINES_MAX = 20;

/** `storyboard ctl ACTION`: everything that a key can do. Returns 0, or 1 with the reason when it does not apply. */
export const ctlCommand = async (
  action: ControlAction,
  options: ProjectOptions,
  own: OwnPackage,
  { out }: CommandOutput,
): Promise<number> => {
  const project = projectFolder(options);
  const client = await connectLead(project);
  if (client === undefined) return withoutLead(action, project, own, out);
  try {
    const snapshot = await client.snapshot();
    const inbox = snapshot?.inbox ?? [];
    if (action.type === "inbox") return printInbox(inbox, out);
    refuseOwnAgent(snapshot?.status.run);
    const keys = snapshot?.status.stories.map(({ key }) => key) ?? [];
    return printReply(await client.command(meantCommand(action, inbox, keys)), out);
  } finally {
    client.close();
  }
};

const withoutLead = async (
  action: ControlAction,
  project: string,
  own: OwnPackage,
  out: (text: string) => void,
): Promise<number> => {
  const newest = newestRun(project);
  if (newest === undefined) throw noRun();
  const run = lookAtRun(newest);
  const { state, events, directory } = run;
  const { inbox } = takeSnapshot(newest, state, { events: events.length, leadAlive: false });
  if (action.type === "inbox") return printInbox(inbox, out);
  if (!KEPT.has(action.type)) {
    throw new UserError(
      "No lead is alive, so there is nothing to steer.",
      ["Go on with it: storyboard run --resume"],
      1,
    );
  }
  refuseOwnAgent(newest.file.run);
  const command = meantCommand(action, inbox, [...state.stories.keys()]);
  const problem = commandProblem(state, command);
  if (problem !== undefined) throw new UserError(`${problem}.`, ["See: storyboard status"], 1);
  const reply = await keepAnswer(await openRepository(project), directory, command);
  if (reply !== undefined) return printReply(reply, out);
  if (completesEnded(run, command)) {
    // Nothing else of an ended run starts: what is left to be done is a status.
    const { leadAside } = await import("../lead/lead-aside.ts");
    out(`${await leadAside(run, own)}\n`);
    return 0;
  }
  out("kept for the next start: storyboard run --resume\n");
  return 0;
};

const printReply = (reply: Reply, out: (text: string) => void): number => {
  out(`${reply.ok ? (reply.message ?? "done") : `storyboard: ${reply.message}`}\n`);
  return reply.ok ? 0 : 1;
};

/** Whether a kept command is a person's part that is done, the only thing that waits in a run that has ended for good. */
const completesEnded = ({ state, directory }: FoldedRun, command: Command): boolean =>
  (command.type === "confirm" || command.type === "answer") &&
  questionOf(storyOf(state, command.story))?.kind === "operator" &&
  !isUnfinished(state) &&
  answerCount(directory) === 1;

/** With the full key of the story, and the run's own item where that is meant. */
const meantCommand = (command: Command, inbox: readonly InboxItem[], keys: readonly string[]): Command => {
  if (!("story" in command)) return command;
  const asksItself = inbox.some(({ story }) => story === null);
  if (command.type === "answer" && command.story === RUN_ITEM && (asksItself || !keys.includes(RUN_ITEM))) {
    return { type: "decide-baseline", choice: baselineChoice(command.text) };
  }
  return { ...command, story: meantKey(command.story, keys) };
};

const baselineChoice = (text: string): BaselineChoice => {
  const word = text.trim().toLowerCase();
  const choice = CHOICES.baseline.find((candidate) => candidate === word);
  if (choice !== undefined) return choice as BaselineChoice;
  throw new UserError(`A red baseline is answered with one of ${CHOICES.baseline.join(", ")}.`, [
    "See what is red: storyboard ctl inbox",
  ]);
};

/** An agent that answers its own questions, or ends a story, would be judge in its own matter. */
const refuseOwnAgent = (run: string | undefined): void => {
  const { STORYBOARD_RUN, STORYBOARD_TURN_DIR } = process.env;
  if (STORYBOARD_TURN_DIR === undefined || run === undefined || STORYBOARD_RUN !== run) return;
  throw new UserError(
    `This is the turn of an agent of the run ${run}, and an agent does not steer the run that it works for.`,
    ["Ask with a line that begins with QUESTION: at the end of the turn; a person answers."],
    1,
  );
};

const printInbox = (items: readonly InboxItem[], out: (text: string) => void): number => {
  if (items.length === 0) out("Nothing waits for you.\n");
  for (const item of items) {
    const { story, kind, text, files, findings, red } = item;
    const lines = [
      ...plainText(text).split("\n"),
      ...red.flatMap(({ name, tail }) => [
        `${plainLine(name)}:`,
        ...tail.slice(-RED_LINES_MAX).map((line) => `  │ ${plainLine(line)}`),
      ]),
      ...findings.map((finding) => plainLine(findingLine(finding))),
      ...(files.length === 0 ? [] : [`files: ${files.map(plainLine).join(", ")}`]),
      answerCommand(story, item),
    ];
    out(`${story === null ? RUN_ITEM : `${story} (${kind})`}\n${lines.map((line) => `  ${line}\n`).join("")}`);
  }
  return 0;
};
