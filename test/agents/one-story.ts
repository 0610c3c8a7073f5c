import type { Brain } from "../support/model-server/conversation.ts";
import { contractLines, type Line, type LiveRun } from "../support/steering.ts";
import type { Bench } from "./bench.ts";

/** The story of a bench that has one alone. */
export const STORY = "1-1-base";

/** Has a bench build one story without a review. */
export const writeOneStory = async (
  bench: Bench,
  brain: Brain,
  settings: {
    readonly configuration?: Readonly<Record<string, unknown>>;
    readonly profile?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<void> => {
  await bench.open(brain);
  const configuration = {
    stories: [{ key: STORY, prompt: "Write the base." }],
    pipeline: "build",
    gates: { commands: {} },
    ...settings.configuration,
  };
  bench.project
    .write("README.md", "made up\n")
    .write("storyboard.yaml", bench.configuration(configuration, settings.profile))
    .commit();
};

/** What a run said, to its end. */
export interface Told {
  readonly status: number | string;
  readonly lines: readonly Line[];
  /** All that it printed, for the message of a failed expectation. */
  readonly text: string;
}

/** Runs the one story to its end. */
export const runOneStory = (bench: Bench): Promise<Told> => toldBy(bench.live("run", "--headless", "--json"));

/** What a run in the background says, to its end. */
export const toldBy = async (run: LiveRun): Promise<Told> => {
  const status = await run.ended;
  return { status, lines: contractLines(run.stdout()), text: `${run.stderr()}\n${run.stdout()}` };
};

/** The lines of one type. */
export const linesOf = <T extends Line["type"]>(lines: readonly Line[], type: T): Extract<Line, { type: T }>[] =>
  lines.filter((line): line is Extract<Line, { type: T }> => line.type === type);
