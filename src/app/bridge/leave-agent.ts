import type { Bell } from "./bell.ts";
import type { AgentProcess } from "./start-agent.ts";

/** How long an agent may stay when its input is closed, and after TERM; some never leave by themselves. */
const CLOSED_LIMIT_MS = 1_000;
const TERM_LIMIT_MS = 500;
/** The same where we were told to end: all is to be over soon. */
const STOPPED_CLOSED_LIMIT_MS = 300;
const STOPPED_TERM_LIMIT_MS = 300;

/** Ends an agent that has nothing left to do: closes its input, then by TERM, then by KILL. Settles when it has ended. */
export const leaveAgent = async (agent: AgentProcess, bell: Bell, isToEnd: () => boolean): Promise<void> => {
  agent.stdin.end();
  if (!isToEnd() && (await endsWithin(agent, CLOSED_LIMIT_MS, bell))) return;
  if (isToEnd() && (await endsWithin(agent, STOPPED_CLOSED_LIMIT_MS))) return;
  agent.signal("SIGTERM");
  if (await endsWithin(agent, isToEnd() ? STOPPED_TERM_LIMIT_MS : TERM_LIMIT_MS)) return;
  agent.signal("SIGKILL");
  await agent.ended;
};

const endsWithin = async ({ ended }: AgentProcess, limitMs: number, bell?: Bell): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, limitMs, false);
  });
  const rung = bell === undefined ? [] : [bell.next().then(() => false)];
  const hasEnded = await Promise.race([ended.then(() => true), late, ...rung]);
  clearTimeout(timer);
  return hasEnded;
};
