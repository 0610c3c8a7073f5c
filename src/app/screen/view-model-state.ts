import type { Notice, Tone } from "../../components/props.ts";
import { counted } from "../../core/model/counted.ts";
import { firstLine, plainLine } from "../../core/model/plain-text.ts";
import type { RunState } from "../../core/scheduler/state.ts";

import { clockMinutes } from "../machine-contract/time-words.ts";
import type { ScreenFacts } from "./view-model.ts";

/** What the run as a whole does, in one or two words. */
export const stateWord = ({ state, lead }: ScreenFacts): { readonly word: string; readonly tone: Tone } => {
  if (state.phase === "ended") return endWord(state);
  if (lead === "lost") return { word: "LEAD LOST", tone: "bad" };
  if (lead === "none") return { word: "NOT STARTED", tone: "strong" };
  if (state.stopping !== undefined) return { word: "STOPPING", tone: "warn" };
  if (state.baselineQuestion !== undefined) return { word: "WAITS FOR YOU", tone: "warn" };
  if (state.phase === "baseline") return { word: "CHECKING GATES", tone: "active" };
  if (state.phase === "finishing") return { word: "FINISHING", tone: "active" };
  if (state.breaker.open) return { word: "BREAKER OPEN", tone: "bad" };
  if (state.paused) return { word: "PAUSED", tone: "warn" };
  if (state.phase === "running" && state.busy === 0 && state.effects.size === 0) {
    return state.parked.size > 0 ? { word: "WAITS FOR YOU", tone: "warn" } : { word: "WAITING", tone: "warn" };
  }
  return { word: "RUNNING", tone: "active" };
};

const endWord = ({ result }: RunState): { readonly word: string; readonly tone: Tone } => {
  switch (result?.status) {
    case "paused":
      return { word: "STOPPED", tone: "warn" };
    case "blocked":
      return { word: "ENDED", tone: "bad" };
    case "error":
      return { word: "HALTED", tone: "bad" };
    case "completed":
    case undefined:
      return { word: "COMPLETE", tone: "good" };
  }
};

/** What a person should know as long as it holds; shown while no message is newer. */
export const standingNotice = ({ state, lead, keys }: ScreenFacts): Notice | undefined => {
  if (state.phase === "ended") {
    // Of an orderly end the counts tell all there is.
    const isCutShort = state.result?.status === "error" || state.result?.status === "paused";
    return isCutShort ? { text: plainLine(state.result?.reason ?? ""), tone: "warn" } : undefined;
  }
  if (lead === "lost") return { text: "The lead of this run is gone. Everything up to here is saved.", tone: "bad" };
  if (state.stopping !== undefined) return { text: `Stopping: ${plainLine(state.stopping.reason)}`, tone: "warn" };
  if (state.baselineQuestion !== undefined) {
    return { text: `Red before the first story: nothing starts until you decide${inboxHint(keys)}`, tone: "warn" };
  }
  if (state.breaker.open) {
    const stories = counted(state.breaker.failures, "story", "stories");
    return { text: `${stories} failed in a row: nothing new starts${resumeHint(keys)}`, tone: "bad" };
  }
  if (state.paused) return { text: `Paused: nothing new starts${resumeHint(keys)}`, tone: "warn" };
  return providerNotice(state, keys);
};

const providerNotice = (state: RunState, keys: ScreenFacts["keys"]): Notice | undefined => {
  const [barred, reason] = [...state.barred][0] ?? [];
  if (barred !== undefined && reason !== undefined) {
    return { text: `${plainLine(barred)} cannot be used: ${firstLine(reason)}${resumeHint(keys)}`, tone: "bad" };
  }
  const [provider, untilMs] = [...state.resting][0] ?? [];
  if (provider === undefined || untilMs === undefined) return undefined;
  return {
    text: `${plainLine(provider)} is at its limit: its stories wait until ${clockMinutes(untilMs)}`,
    tone: "warn",
  };
};

const inboxHint = (keys: ScreenFacts["keys"]): string => {
  const inbox = keys.find(({ label }) => label === "inbox");
  return inbox === undefined ? "" : `; ${inbox.key} decides`;
};

const resumeHint = (keys: ScreenFacts["keys"]): string => {
  const resume = keys.find(({ label }) => label.startsWith("resume"));
  return resume === undefined ? "" : `; ${resume.key} goes on`;
};
