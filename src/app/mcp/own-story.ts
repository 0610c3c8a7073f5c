import { dirname } from "node:path";
import { readStoryFile } from "../../core/backlog/story-file.ts";
import { readLinkedFile } from "../../core/files/read-plain-file.ts";
import { readRunIn } from "../lead/runs.ts";
import type { DeskAnswer } from "./agent-desk.ts";

/** Longest story file that is given to an agent, in bytes. */
const STORY_BYTES_MAX = 512 * 1024;

/** The story of a turn: its file as it stands in the worktree with what is read from it, or its text in the backlog. */
export const readOwnStory = async (environment: NodeJS.ProcessEnv): Promise<DeskAnswer> => {
  const { STORYBOARD_STORY: key = "", STORYBOARD_STORY_FILE: file, STORYBOARD_TURN_DIR: turn = "" } = environment;
  if (file !== undefined) return readFromFile(key, file);
  const story = readRunIn(dirname(dirname(turn)))?.file.stories.find((each) => each.key === key);
  if (story === undefined) return { ok: false, text: "this is no turn of a storyboard run: there is no story" };
  const document = {
    key,
    title: story.title,
    criteria: story.acceptanceCriteria,
    tasks: story.tasks,
    text: story.prompt,
  };
  return { ok: true, text: JSON.stringify(document, null, 2) };
};

const readFromFile = async (key: string, file: string): Promise<DeskAnswer> => {
  try {
    const read = await readLinkedFile(file, STORY_BYTES_MAX);
    if (read === undefined) return { ok: false, text: `${file} cannot be read: it is gone, or no plain file` };
    if (!read.isWhole) return { ok: false, text: `${file} is longer than ${STORY_BYTES_MAX} bytes: read it in parts` };
    const { bytes } = read;
    const { title, rawStatus, acceptanceCriteria, tasks } = readStoryFile(bytes);
    const document = {
      key,
      file,
      title,
      status: rawStatus,
      criteria: acceptanceCriteria,
      tasks,
      text: bytes.toString("utf8"),
    };
    return { ok: true, text: JSON.stringify(document, null, 2) };
  } catch (error) {
    return { ok: false, text: `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
};
