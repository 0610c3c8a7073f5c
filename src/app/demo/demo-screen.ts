import { openRepository } from "../../core/workspace/inspect-repository.ts";
import type { RunOptions } from "../command-line/parsed-command.ts";
import { newRun } from "../commands/new-run.ts";
import { showScreen } from "../commands/show-screen.ts";
import { connectLead } from "../lead/connect-lead.ts";
import { planWindow } from "../screen/lead-ports.ts";
import type { ScreenSession } from "../screen/session.ts";
import type { Guide } from "./guide.ts";
import { startGuide } from "./guide.ts";
import type { Happenings } from "./happenings.ts";
import { hintFor, LEFT_RUNNING, questionHint } from "./hints.ts";

/** How long a question waits for the person at the screen, in milliseconds at the normal pace. */
const PATIENCE_MS = 30_000;
/** How long a hint stands, in milliseconds at the normal pace, and the pace below which it is not shortened further. */
const HINT_MS = 12_000;
const HINT_PACE_MIN = 0.5;
/** Exit statuses from here on are a signal's, or of a terminal that has gone. */
const SIGNAL_STATUS_MIN = 128;

/** What the screen of a demo needs. */
export interface DemoScreenRequest {
  readonly project: string;
  readonly options: RunOptions;
  readonly pace: number;
  readonly happenings: Happenings;
  readonly onGuide: (guide: Guide) => void;
}

/** How a demo's screen was left. */
export interface DemoScreenEnd {
  readonly status: number;
  /** The run goes on without the screen: its project must stay. */
  readonly isRunning: boolean;
}

/**
 * Shows the demo as `storyboard` shows any run, with a line now and then that says what just happened and which key to try.
 * A question waits for the person for a while; after that the demo answers it itself.
 */
export const showDemoScreen = async (request: DemoScreenRequest): Promise<DemoScreenEnd> => {
  const { project, options, happenings } = request;
  const repository = await openRepository(project);
  const planned = await newRun({ ...options, person: "screen" }, repository);
  if (planned.kind === "nothing") throw new Error(`the demo has nothing to run: ${planned.message}`);
  let session: ScreenSession | undefined;
  const patienceMs = PATIENCE_MS * request.pace;
  // What was said is soon no longer so.
  const say = (hint: string): void => {
    session?.say(hint, "accent");
    const forget = (): void => {
      if (session?.view.message?.text === hint) session.set({ message: undefined });
    };
    setTimeout(forget, HINT_MS * Math.max(request.pace, HINT_PACE_MIN)).unref();
  };
  const guide = startGuide({
    project,
    patienceMs,
    onEvent: (line) => {
      happenings.event(line);
      const hint = line.type === "story.parked" ? questionHint(line.story, patienceMs) : hintFor(line);
      if (hint !== undefined) say(hint);
      if (line.type === "run.ended") session?.set({ message: undefined });
    },
    onDecision: (item, answer) => {
      happenings.decision(item, answer);
      say(`The demo answers ${item.story}: ${answer}`);
    },
  });
  request.onGuide(guide);
  try {
    const status = await showScreen({
      window: planWindow(planned.file, repository),
      change: { view: "dashboard" },
      begin: "start",
      repository,
      options,
      goesOn: LEFT_RUNNING(project),
      onSession: (opened) => {
        session = opened;
      },
    });
    return { status, isRunning: await goesOn(project, status) };
  } finally {
    await guide.leave().catch(() => {});
  }
};

/** Whether the run is left going on. Where the terminal was taken away nobody asked for that: then it is stopped. */
const goesOn = async (project: string, status: number): Promise<boolean> => {
  const client = await connectLead(project);
  if (client === undefined) return false;
  const isWanted = status < SIGNAL_STATUS_MIN;
  if (!isWanted) {
    await client.command({ type: "stop", reason: "the demo's terminal has gone" });
    await client.ended;
  }
  client.close();
  return isWanted;
};
