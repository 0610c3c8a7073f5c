import { plainLine, plainText } from "../../core/model/plain-text.ts";
import { UserError } from "../../core/model/user-error.ts";
import { commandProblem } from "../../core/scheduler/decide-command.ts";
import type { Command } from "../../core/scheduler/inputs.ts";
import type { ControlAction, ProjectOptions } from "../command-line/parsed-command.ts";
import { findingLine } from "../headless/notices.ts";
import { storeAnswer } from "../lead/answers.ts";
import { connectLead } from "../lead/connect-lead.ts";
import { lookAtRun, newestRun } from "../lead/runs.ts";
import { type InboxItem, takeSnapshot } from "../lead/snapshot.ts";
import { meantKey, noRun } from "./meant.ts";
import type { CommandOutput } from "./output.ts";
import { projectFolder } from "./project.ts";

/** Commands that make sense without a lead: they are kept for the next one. */
const KEPT: ReadonlySet<Command["type"]> = new Set(["answer", "retry"]);

/** `storyboard ctl ACTION`: everything that a key can do. Returns 0, or 1 with the reason when it does not apply. */
export const ctlCommand = async (
  action: ControlAction,
  options: ProjectOptions,
  { out }: CommandOutput,
): Promise<number> => {
  const project = projectFolder(options);
  const client = await connectLead(project);
  if (client === undefined) return withoutLead(action, project, out);
  try {
    const snapshot = await client.snapshot();
    if (action.type === "inbox") return printInbox(snapshot?.inbox ?? [], out);
    const keys = snapshot?.status.stories.map(({ key }) => key) ?? [];
    const reply = await client.command(withFullKey(action, keys));
    out(`${reply.ok ? (reply.message ?? "done") : `storyboard: ${reply.message}`}\n`);
    return reply.ok ? 0 : 1;
  } finally {
    client.close();
  }
};

const withoutLead = (action: ControlAction, project: string, out: (text: string) => void): number => {
  const newest = newestRun(project);
  if (newest === undefined) throw noRun();
  const { state, events, directory } = lookAtRun(newest);
  if (action.type === "inbox")
    return printInbox(takeSnapshot(newest, state, { events: events.length, leadAlive: false }).inbox, out);
  if (!KEPT.has(action.type)) {
    throw new UserError(
      "No lead is alive, so there is nothing to steer.",
      ["Go on with it: storyboard run --resume"],
      1,
    );
  }
  const command = withFullKey(action, state.stories.keys());
  const problem = commandProblem(state, command);
  if (problem !== undefined) throw new UserError(`${problem}.`, ["See: storyboard status"], 1);
  storeAnswer(directory, command, Date.now());
  out("kept for the next start: storyboard run --resume\n");
  return 0;
};

const withFullKey = (command: Command, keys: Iterable<string>): Command =>
  "story" in command ? { ...command, story: meantKey(command.story, [...keys]) } : command;

const printInbox = (items: readonly InboxItem[], out: (text: string) => void): number => {
  if (items.length === 0) out("Nothing waits for you.\n");
  for (const { story, kind, text: said, files, findings } of items) {
    const found = findings.map((finding) => `\n  ${plainLine(findingLine(finding))}`).join("");
    const where = files.length === 0 ? found : `${found}\n  files: ${files.map(plainLine).join(", ")}`;
    const text = plainText(said);
    out(`${story} (${kind})\n  ${text.replaceAll("\n", "\n  ")}${where}\n  storyboard ctl answer ${story} "..."\n`);
  }
  return 0;
};
