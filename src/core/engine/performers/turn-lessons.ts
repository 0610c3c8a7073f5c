import { readLessons } from "../../agents/reading/lessons.ts";
import { matchPlaybooks } from "../../backlog/match-playbooks.ts";
import type { Lesson } from "../../model/lesson.ts";
import { phaseNamed } from "../../model/pipeline.ts";
import { plainLine } from "../../model/plain-text.ts";
import type { StoryKey } from "../../model/story-key.ts";
import { type Teaching, teachingOf } from "../../model/teaching.ts";
import type { TurnResult } from "../../model/turn.ts";
import type { RunTurn } from "../../scheduler/effects.ts";
import { type PlaybookFolder, readPlaybooks, saveLessons } from "../playbooks.ts";
import { storyTextIn } from "./reader-tree.ts";
import { type Place, storyIn, type World } from "./world.ts";

const teachingIn = ({ run }: World, { phase }: RunTurn): Teaching => {
  const found = phaseNamed(run.policy.pipeline, phase);
  return found.kind === "turn" ? teachingOf(found.prompt) : {};
};

/** The lessons of earlier stories that match this one, for the phases that begin with them. */
export const matchingPlaybooks = async (
  world: World,
  effect: RunTurn,
  place: Place,
): Promise<ReturnType<typeof matchPlaybooks>> => {
  const { playbooks, project } = world.run;
  if (playbooks === undefined || teachingIn(world, effect).takes !== true) return [];
  const { title, file, prompt = "", touches } = storyIn(world, effect.story);
  const [known, text] = await Promise.all([
    readPlaybooks(playbooks.isOwn ? project : place.projectPath, playbooks.folder),
    file === undefined ? prompt : storyTextIn(place, file),
  ]);
  return matchPlaybooks(known, { touches, text: `${title}\n${text}` });
};

/** What the agent of a turn says it has learnt; empty for every phase that gives no lessons. */
export const lessonsOf = (world: World, effect: RunTurn, closingText: string): Pick<TurnResult, "lessons"> => {
  if (world.run.playbooks === undefined || teachingIn(world, effect).gives !== true) return {};
  const lessons = readLessons(closingText) ?? [];
  return lessons.length === 0 ? {} : { lessons };
};

/** Keeps lessons in storyboard's own folder at once; those for a folder of the project come with the story's landing. */
export const keepLessons = async (world: World, { story }: RunTurn, { lessons = [] }: TurnResult) =>
  keepNow(world, story, lessons, ({ isOwn }) => isOwn || !world.run.policy.landing);

/** Likewise of work that holds: it may come back before it lands, so nothing is kept before that. */
export const keepLessonsOfWork = async (world: World, story: StoryKey, lessons: readonly Lesson[]) =>
  keepNow(world, story, lessons, () => !world.run.policy.landing);

/** Keeps the lessons of a story that has landed in storyboard's own folder; what is known there is left out. */
export const keepLessonsLanded = async (world: World, story: StoryKey, lessons: readonly Lesson[]) => {
  const notes = await keepNow(world, story, lessons, ({ isOwn }) => isOwn);
  return notes.slice(lessons.length);
};

/** Notes for the card: what was learnt, and why it was not kept. */
const keepNow = async (
  world: World,
  story: StoryKey,
  lessons: readonly Lesson[],
  isTime: (folder: PlaybookFolder) => boolean,
): Promise<readonly string[]> => {
  const { playbooks, project } = world.run;
  if (playbooks === undefined || lessons.length === 0) return [];
  const told = lessons.map(({ title }) => `learnt: ${plainLine(title)}`);
  if (!isTime(playbooks)) return told;
  const date = new Date(world.now()).toISOString().slice(0, 10);
  const place = { root: project, folder: playbooks.folder };
  const saved = await world.keptFiles.alone(() => saveLessons(place, lessons, { story, date }));
  return saved.refused === undefined ? told : [...told, `lessons were not kept: ${saved.refused}`];
};
