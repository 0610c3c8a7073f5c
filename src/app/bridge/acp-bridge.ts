import { text } from "node:stream/consumers";
import { createAcpTools } from "../../core/agents/acp/acp-tools.ts";
import { createAcpUpdates } from "../../core/agents/acp/acp-updates.ts";
import { createAcpUsage } from "../../core/agents/acp/acp-usage.ts";
import type { AcpBridgeRequest } from "../../core/agents/acp/bridge-request.ts";
import type { Fields } from "../../core/agents/reading/fields.ts";
import { ownPackage } from "../own-package.ts";
import { connectAcp } from "./acp-connection.ts";
import { createAcpHandlers } from "./acp-handlers.ts";
import { beginSession } from "./acp-session.ts";
import { type AcpVerdict, runAcpTurn } from "./acp-turn.ts";
import { type Bell, createBell } from "./bell.ts";
import { createEventPrinter, type EventPrinter } from "./event-printer.ts";
import { leaveAgent } from "./leave-agent.ts";
import { type AgentProcess, startAgent } from "./start-agent.ts";
import { catchStopSignals } from "./stop-signals.ts";
import { openTurnMessages } from "./turn-messages.ts";
import { openWorktreeFiles } from "./worktree-files.ts";

/** Agents whose answer to a prompt counts its last step alone. */
const COUNTS_LAST_STEP = /opencode/i;

/**
 * Runs one turn of an agent that speaks ACP, in the current folder: the prompt comes on stdin, what happens is printed as
 * lines of our own event model, and the last of them is the verdict. The exit status is 0, whatever became of it.
 */
export const bridgeAcp = async (request: AcpBridgeRequest, environment: NodeJS.ProcessEnv): Promise<number> => {
  const prompt = await text(process.stdin);
  const bell = createBell();
  let wasStopped = false;
  const isToEnd = (): boolean => wasStopped;
  const stop = (): void => {
    wasStopped = true;
    bell.ring();
  };
  const release = catchStopSignals(stop);
  const printer = createEventPrinter(stop);
  const started = await startAgent(request.command, environment);
  if (started.kind === "problem") {
    printer.print([{ t: "failed", cause: "missing-program", message: started.message }]);
    return 0;
  }
  const { agent } = started;
  try {
    const turnDirectory = environment.STORYBOARD_TURN_DIR;
    printer.print([await converse({ agent, request, printer, bell, isToEnd, turnDirectory }, prompt)]);
  } finally {
    await leaveAgent(agent, bell, isToEnd);
    release();
  }
  return 0;
};

interface Conversation {
  readonly agent: AgentProcess;
  readonly request: AcpBridgeRequest;
  readonly printer: EventPrinter;
  readonly bell: Bell;
  readonly isToEnd: () => boolean;
  readonly turnDirectory: string | undefined;
}

const converse = async (parts: Conversation, prompt: string): Promise<AcpVerdict> => {
  const { agent, request, printer, bell, isToEnd } = parts;
  const folder = process.cwd();
  const tools = createAcpTools(folder);
  const updates = createAcpUpdates(tools);
  const files = openWorktreeFiles(folder);
  // What a continued session repeats of itself is no news: updates count from the first prompt on.
  let onUpdate: (update: Fields, session: unknown) => void = () => undefined;
  const handlers = createAcpHandlers({
    ...{ request, files, tools, updates, printer, isToEnd },
    onUpdate: (update, session) => onUpdate(update, session),
  });
  const connection = connectAcp(agent, handlers);
  const wish = { request, folder, version: ownPackage().version };
  const session = await Promise.race([beginSession(connection, wish), stopped(bell, isToEnd)]);
  if ("t" in session) return withExit(session, agent);
  printer.print([{ t: "session", id: session.id }]);
  printer.print(session.notices.map((notice) => ({ t: "notice", text: notice })));

  const usage = createAcpUsage({
    countsLastStep: COUNTS_LAST_STEP.test(session.agentName),
    isNewSession: session.isNew,
  });
  onUpdate = (update, id) => {
    if (id !== session.id) return;
    usage.takeUpdate(update);
    const events = updates.take(update);
    if (events.length > 0) printer.print(events);
  };
  const messages = openTurnMessages(parts.turnDirectory, bell.ring);
  const verdict = await runAcpTurn(
    {
      ...{ connection, updates, usage, messages, bell, isToEnd },
      session: session.id,
      onAnswer: () => printer.print([...updates.flush(), ...tools.endAll()]),
      onNextPrompt: printer.part,
    },
    prompt,
  );
  messages.close();
  printer.print([{ t: "usage", usage: usage.total() }]);
  return withExit(verdict, agent);
};

/** Settles when the turn is to end, before there is anything to cancel. */
const stopped = async (bell: Bell, isToEnd: () => boolean): Promise<AcpVerdict> => {
  while (!isToEnd()) await bell.next();
  return { t: "failed", cause: "cancelled", message: "the agent was stopped" };
};

/** How the process ended belongs to the message where that was the end of the turn. */
const withExit = async (verdict: AcpVerdict, agent: AgentProcess): Promise<AcpVerdict> => {
  if (verdict.t !== "failed" || verdict.cause !== "exit") return verdict;
  const late = new Promise<undefined>((resolve) => {
    setTimeout(resolve, EXIT_WAIT_MS, undefined).unref();
  });
  const end = await Promise.race([agent.ended, late]);
  if (end === undefined) return verdict;
  const how = end.signal === null ? `exit status ${end.status}` : `killed by ${end.signal}`;
  return { ...verdict, message: `${verdict.message} (${how})` };
};

/** How long an end may take after the output's. */
const EXIT_WAIT_MS = 1_000;
