import { writeSync } from "node:fs";
import { text } from "node:stream/consumers";
import { readPace } from "../pace.ts";
import { DEMO_STORIES } from "../stories/demo-stories.ts";
import { build } from "./build.ts";
import { review } from "./review.ts";
import { createVoice } from "./speak.ts";

/**
 * `storyboard demo-agent`: one turn of the demo's agent, started in a worktree with the prompt on stdin like any agent.
 * Returns the exit status.
 */
export const demoAgentCommand = async (environment: NodeJS.ProcessEnv): Promise<number> => {
  const { STORYBOARD_STORY: key = "", STORYBOARD_PHASE: phase = "BUILD", STORYBOARD_ATTEMPT: attempt } = environment;
  const voice = createVoice((line) => writeSync(1, line), readPace(environment), key.length + phase.length);
  const index = DEMO_STORIES.findIndex((story) => story.key === key);
  const story = DEMO_STORIES[index];
  const storyFile = environment.STORYBOARD_STORY_FILE;
  if (story === undefined || storyFile === undefined) {
    voice.finish("HALT: the demo agent knows the stories of `storyboard demo` alone; name a real agent as `cli`");
    return 0;
  }
  const prompt = await text(process.stdin);
  const isReview = phase === "VERIFY";
  voice.session(environment.STORYBOARD_SESSION ?? `demo-${isReview ? "reviewer" : "builder"}-${key}`);
  const turn = { story, phase, attempt: Number(attempt ?? 1), prompt, cwd: process.cwd(), storyFile, voice };
  await (isReview ? review(turn) : build(turn));
  return 0;
};
