import type { AgentEvent } from "../../agents/agent.ts";
import { isOwnTool } from "../../agents/mcp-server.ts";
import type { PhaseName } from "../../model/pipeline.ts";
import { plainLine, plainText } from "../../model/plain-text.ts";
import type { World } from "./world.ts";

/** Feed lines of one turn between two looks at its transcript; what comes beyond is counted, not shown. */
const LINES_A_LOOK_MAX = 200;
/** Longest feed line, in characters. */
const LINE_LENGTH_MAX = 500;

/** Turns what an agent says into feed lines: plain, masked, and never more than a person can read. */
export interface TurnFeed {
  say(event: AgentEvent): void;
  /** A remark of our own. */
  remark(text: string): void;
  /** A line of a narrative log, with the phase that it is about. */
  narrate(phase: PhaseName | undefined, text: string): void;
  /** Ends one look at the transcript; says how much was left out. */
  endOfLook(): void;
  /** Whether the agent has said or done anything. */
  hasBegun(): boolean;
}

/** The feed of one turn. */
export const createTurnFeed = (world: World, story: string, phase: PhaseName): TurnFeed => {
  let shown = 0;
  let isInBlock = false;
  let hasBegun = false;
  const spoken = (text: string): void => {
    // The closing block is for storyboard; what it says is on the card.
    if (isInBlock) isInBlock = !/^\s*```\s*$/.test(text);
    else if (/^\s*```json\s*$/.test(text)) isInBlock = true;
    else line(text);
  };
  const line = (text: string, narrated?: PhaseName): void => {
    shown++;
    if (shown > LINES_A_LOOK_MAX) return;
    const plain = plainLine(text).slice(0, LINE_LENGTH_MAX);
    const said = { atMs: world.now(), story, text: world.mask(plain) };
    if (plain !== "")
      world.feed({ ...said, phase: narrated ?? phase, ...(narrated === undefined ? {} : { narrated }) });
  };
  const remark = (text: string): void => line(`storyboard: ${text}`);
  return {
    hasBegun: () => hasBegun,
    say: (event) => {
      hasBegun ||= event.t === "text" || event.t === "tool-start" || event.t === "tool-end" || event.t === "finished";
      if (event.t === "text") for (const one of plainText(event.text).split("\n")) spoken(one);
      // What an agent says by our own tools is told by whoever hears it.
      if (event.t === "tool-start" && !isOwnTool(event)) line(`${event.name} ${event.detail}`);
      if (event.t === "denied") line(`was not allowed: ${event.name} ${event.detail}`);
      if (event.t === "notice") remark(event.text);
      if (event.t === "failed") line(event.message);
    },
    remark,
    narrate: (narrated, text) => line(text, narrated),
    endOfLook: () => {
      const left = shown - LINES_A_LOOK_MAX;
      shown = 0;
      if (left > 0) line(`… ${left} more lines`);
    },
  };
};
