import { text } from "node:stream/consumers";
import { fieldsOf, readObject } from "../../core/agents/reading/fields.ts";
import { createLineSplitter } from "../../core/jobs/line-splitter.ts";
import { printWhole } from "./print-whole.ts";
import { type AgentProcess, type AgentProcessEnd, shellStatusOf, startAgent } from "./start-agent.ts";
import { catchStopSignals } from "./stop-signals.ts";
import { openTurnMessages } from "./turn-messages.ts";

/** Bytes of a line that are looked at; a result is far shorter unless its text is a whole book. */
const LINE_BYTES_MAX = 16 * 1024 * 1024;
/** Exit status of a shell that did not find a program. */
const MISSING_PROGRAM_STATUS = 127;

/**
 * Runs Claude Code in its conversational form: the prompt is the first message, what a person sends meanwhile goes to it
 * at once, and its stdout is passed on byte for byte. Its stdin is closed when it has answered everything, which is
 * what it ends by. Its end becomes ours, by status or by signal.
 */
export const bridgeClaude = async (command: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> => {
  const prompt = await text(process.stdin);
  let asked: NodeJS.Signals | undefined;
  let agent: AgentProcess | undefined;
  const release = catchStopSignals((signal) => {
    asked = signal;
    agent?.signal(signal);
  });
  const started = await startAgent(command, environment);
  if (started.kind === "problem") {
    process.stderr.write(`storyboard: ${started.message}\n`);
    return MISSING_PROGRAM_STATUS;
  }
  agent = started.agent;
  if (asked !== undefined) agent.signal(asked);
  const { problem, end } = await converse(agent, prompt, environment.STORYBOARD_TURN_DIR);
  release();
  if (problem === undefined) return endLike(end);
  process.stderr.write(`storyboard: ${problem.message}\n`);
  return 1;
};

interface Conversation {
  readonly end: AgentProcessEnd;
  /** What kept the transcript from being written. */
  readonly problem: Error | undefined;
}

const converse = async (
  agent: AgentProcess,
  prompt: string,
  turnDirectory: string | undefined,
): Promise<Conversation> => {
  let problem: Error | undefined;
  const tell = (words: string): void => void agent.stdin.write(`${JSON.stringify(userMessage(words))}\n`);
  tell(prompt);
  const deliver = (): boolean => {
    if (agent.stdin.writableEnded) return false;
    const waiting = messages.waiting();
    for (const message of waiting) {
      tell(message.text);
      messages.taken(message);
    }
    return waiting.length > 0;
  };
  const messages = openTurnMessages(turnDirectory, deliver);
  const lines = createLineSplitter(LINE_BYTES_MAX);
  agent.stdout.on("data", (piece: Buffer) => {
    try {
      printWhole(piece);
      if (lines.push(piece).some(isLastResult) && !deliver()) agent.stdin.end();
    } catch (error) {
      problem ??= error as Error;
      agent.signal("SIGTERM");
    }
  });
  const end = await agent.ended;
  messages.close();
  return { end, problem };
};

const userMessage = (words: string): object => ({
  type: "user",
  session_id: "",
  parent_tool_use_id: null,
  message: { role: "user", content: [{ type: "text", text: words }] },
});

/** A result behind which no prompt waits that the program has already read. */
const isLastResult = (line: string): boolean => {
  if (!line.includes('"type":"result"')) return false;
  const fields = fieldsOf(readObject(line));
  if (fields?.type !== "result") return false;
  return typeof fields.queued_turn_count !== "number" || fields.queued_turn_count === 0;
};

/** Whoever waits for us learns the same as if it had waited for the agent. */
const endLike = async (end: AgentProcessEnd): Promise<number> => {
  if (end.signal !== null) {
    process.kill(process.pid, end.signal);
    // Some signals take a moment, some cannot end a process of this kind.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  return shellStatusOf(end);
};
