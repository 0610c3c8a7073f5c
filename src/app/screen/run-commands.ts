import { commandProblem } from "../../core/scheduler/decide-command.ts";
import type { Command } from "../../core/scheduler/inputs.ts";
import { isSatisfied, type StoryState, storyOf } from "../../core/scheduler/state.ts";
import { attachProblem, lastSession } from "../attach/attachment.ts";
import type { CommandContext } from "./command-context.ts";
import type { ScreenCommand } from "./commands.ts";

/** Commands that the lead of an ended run would not have to carry out: they are kept, and open the run again. */
const KEPT: ReadonlySet<Command["type"]> = new Set(["answer", "approve", "confirm", "decide-baseline", "retry"]);

/** Why a command cannot be given to the run now, for a person; undefined when it can. */
export const sendProblem = ({ window }: Pick<CommandContext, "window">, command: Command): string | undefined => {
  if (window.lead === "none") return "the run has not started yet";
  if (window.lead === "lost" && !KEPT.has(command.type)) return "the lead of this run is lost; q offers to resume";
  return commandProblem(window.state, command);
};

const NO_STORY = "no story is selected";

const storyProblem = (context: CommandContext, toCommand: (story: StoryState) => Command): string | undefined =>
  context.story === undefined ? NO_STORY : sendProblem(context, toCommand(context.story));

const pauseOrResume = ({ window: { state } }: CommandContext): Command =>
  state.paused || state.breaker.open ? { type: "resume" } : { type: "pause" };

const retry = ({ story }: StoryState, note?: string): Command => ({
  type: "retry",
  story: story.key,
  ...(note === undefined || note.trim() === "" ? {} : { note }),
});
const skip = ({ story }: StoryState, satisfies = false): Command => ({
  type: "skip",
  story: story.key,
  ...(satisfies ? { satisfies } : {}),
});
const cancel = ({ story }: StoryState): Command => ({ type: "cancel", story: story.key });

const message = ({ story }: StoryState, text: string): Command => ({ type: "message", story: story.key, text });

/** Not every agent has a session that a person could open. */
const sessionProblem = ({ window: { file, state }, story }: CommandContext): string | undefined => {
  const session = story && lastSession(state, story);
  return attachProblem(file.config.agents[session?.agent ?? story?.agent ?? ""]);
};

const workersBy = (change: number): ScreenCommand => ({
  does: change > 0 ? "one more story in flight at most" : "one story less in flight; what runs may end",
  hint: "workers",
  problem: (context) => sendProblem(context, { type: "workers", max: context.wantedWorkers + change }),
  act: ({ wantedWorkers, actions }) => {
    const max = wantedWorkers + change;
    // Said at once: the next press counts from here, and its own words must not be covered by a late answer.
    actions.say(`max_workers ${max}`);
    actions.send({ type: "workers", max }, "");
  },
});

/** What keys do to the run: each is a command of the lead, as `ctl` gives it. */
export const RUN_COMMANDS = {
  pause: {
    does: "pause and go on; going on also closes the circuit breaker",
    hint: (context) => (pauseOrResume(context).type === "pause" ? "pause" : "resume"),
    problem: (context) => sendProblem(context, pauseOrResume(context)),
    act: (context) => {
      const command = pauseOrResume(context);
      context.actions.send(command, command.type === "pause" ? "paused: what runs may end" : "the run goes on");
    },
  },
  retry: {
    does: "retry the story, also one of an ended run",
    hint: "retry",
    problem: (context) => storyProblem(context, retry),
    act: ({ story, label, actions }) => {
      if (story !== undefined) actions.send(retry(story), `${label(story.story.key)} is tried again`);
    },
  },
  "retry-with-note": {
    does: "retry the story with a note to its agent",
    hint: "retry with note",
    problem: (context) => storyProblem(context, retry),
    act: ({ story, label, actions }) => {
      if (story === undefined) return;
      const name = label(story.story.key);
      const about = story.failures.at(-1)?.message ?? "";
      actions.prompt({ title: `Note to the builder of ${name} (may be empty)`, about }, (note) =>
        actions.send(retry(story, note), `${name} is tried again`),
      );
    },
  },
  skip: {
    does: "skip the story; asks whether its dependents may treat it as done",
    hint: "skip",
    problem: (context) => storyProblem(context, skip),
    act: (context) => {
      const { story, label, actions } = context;
      if (story === undefined) return;
      const name = label(story.story.key);
      const send = (satisfies: boolean) => (): void => actions.send(skip(story, satisfies), `${name} is skipped`);
      const dependents = waitingDependents(context, story);
      const isAsked = dependents.length > 0;
      actions.ask(
        isAsked
          ? `Skip ${name}: treat it as done for ${dependents.join(", ")}? y yes, n no, esc keeps it`
          : `Skip ${name}? y yes, esc keeps it`,
        {
          y: { label: isAsked ? "skip as done" : "skip", act: send(isAsked) },
          ...(isAsked ? { n: { label: "skip", act: send(false) } } : {}),
        },
      );
    },
  },
  cancel: {
    does: "cancel the story: stops its agent and ends it; its work stays on its branch",
    hint: "cancel",
    problem: (context) => storyProblem(context, cancel),
    act: ({ story, label, actions }) => {
      if (story === undefined) return;
      const name = label(story.story.key);
      actions.ask(`Cancel ${name}? y yes, esc keeps it`, {
        y: { label: "cancel it", act: () => actions.send(cancel(story), `${name} is cancelled`) },
      });
    },
  },
  message: {
    does: "say something to the story's agent while it works",
    hint: "message",
    problem: (context) => storyProblem(context, (story) => message(story, "x")),
    act: ({ story, label, actions }) => {
      if (story === undefined) return;
      const name = label(story.story.key);
      actions.prompt({ title: `Message to the agent of ${name}`, about: "" }, (text) => {
        if (text.trim() === "") actions.say("An empty message is none: nothing was sent", "warn");
        else actions.send(message(story, text), `${name}'s agent is told`);
      });
    },
  },
  attach: {
    does: "open the agent's own session in the worktree; the story waits until it is closed",
    hint: "attach",
    problem: (context) =>
      storyProblem(context, ({ story }) => ({ type: "attach", story: story.key })) ?? sessionProblem(context),
    act: ({ story, actions }) => {
      if (story !== undefined) actions.attach(story.story.key);
    },
  },
  "more-workers": workersBy(1),
  "fewer-workers": workersBy(-1),
} as const satisfies Record<string, ScreenCommand>;

const waitingDependents = ({ window: { state }, label }: CommandContext, { story }: StoryState): string[] =>
  (state.graph.dependents.get(story.key) ?? [])
    .filter((key) => !isSatisfied(storyOf(state, key)))
    .map(label)
    .slice(0, 3);
