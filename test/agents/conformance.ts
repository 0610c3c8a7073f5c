import { describe, test } from "vitest";
import { readyProgram } from "../support/agent-programs.ts";
import type { AgentUnderTest } from "./agent-under-test.ts";
import { Bench } from "./bench.ts";
import { hearsAMessage, isAdopted, leavesNothingWhenCancelled } from "./interruptions.ts";
import { talksToTheLead } from "./lead-talk.ts";
import { buildsASprint } from "./sprint.ts";
import { believesAHalt, outlivesAHang, showsWhatIsDenied, waitsForALimit } from "./troubles.ts";

/** Longest that one case may take, in milliseconds. */
export const CASE_LIMIT_MS = 240_000;

/** One thing that every agent program has to be able to do under storyboard. */
interface Case {
  readonly name: string;
  readonly holds: (bench: Bench) => Promise<void>;
  /** Whether it keeps the machine busy; the others have one agent each, which waits most of the time. */
  readonly isBusy?: true;
}

/** The table: every program is held to all of it, less what its own protocol cannot say. */
const casesFor = ({ limit }: AgentUnderTest): readonly Case[] => [
  {
    name: "builds a sprint in two worktrees, continues its sessions, and lands all of it",
    holds: buildsASprint,
    isBusy: true,
  },
  ...(limit === undefined
    ? []
    : [
        {
          name: "waits for the end of a usage limit and loses no attempt by it",
          holds: (bench: Bench) => waitsForALimit(bench, limit),
        },
      ]),
  {
    name: "is stopped where its model is silent, and tried again",
    holds: outlivesAHang,
  },
  {
    name: "shows what it was not allowed to do",
    holds: showsWhatIsDenied,
  },
  {
    name: "is believed when it halts",
    holds: believesAHalt,
  },
  {
    name: "survives a killed lead, and its turn is adopted by the next one",
    holds: isAdopted,
  },
  {
    name: "hears what a person says to it while it works",
    holds: hearsAMessage,
  },
  {
    name: "reports, asks and has gates run in the middle of its turn",
    holds: talksToTheLead,
  },
  {
    name: "leaves nothing running when it is cancelled, not even a server that a tool started",
    holds: leavesNothingWhenCancelled,
  },
];

/** Holds an agent program to the table. Where a program cannot be had, its cases are skipped, and it is said why. */
export const holdsToTheTable = async (agent: AgentUnderTest): Promise<void> => {
  const found = await Promise.all(agent.programs.map(readyProgram));
  const missing = found.flatMap((each) => ("reason" in each ? [each.reason] : []));
  const bins = found.flatMap((each) => ("bin" in each ? [each.bin] : []));
  for (const reason of missing) console.warn(`${agent.name} is skipped: ${reason}`);
  describe.skipIf(missing.length > 0)(agent.name, { timeout: CASE_LIMIT_MS }, () => {
    for (const { name, holds, isBusy = false } of casesFor(agent)) {
      test(name, { concurrent: !isBusy }, async () => {
        const bench = new Bench(agent, bins);
        try {
          await holds(bench);
        } finally {
          await bench.close();
        }
      });
    }
  });
};
