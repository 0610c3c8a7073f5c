import { matchesGlob } from "../model/glob.ts";
import { lessonIdentity } from "../model/lesson.ts";
import type { Playbook } from "./playbook.ts";

/** What is known of a story before it is built. */
export interface StoryFacts {
  /** Files, folders or globs that it says it touches. */
  readonly touches: readonly string[];
  /** Its title and its text. */
  readonly text: string;
}

/** Playbooks that one prompt gets. */
const PLAYBOOKS_MAX = 5;
/** What they may hold together, in bytes. */
const BYTES_MAX = 8 * 1024;
/** Of a playbook that does not fit at least this much is told, in bytes, or nothing. */
const PART_BYTES_MIN = 1024;
/** What is looked at of a story's text, in characters, and the paths in it that count; no longer one is, in characters. */
const TEXT_LENGTH_MAX = 200_000;
const PATHS_MAX = 50;
const PATH_LENGTH_MAX = 400;
/** A path says more than a word. */
const PATH_SCORE = 3;
/** Words of its title that a playbook without globs and keywords must share with the story. */
const TITLE_WORDS_MIN = 2;

/**
 * The playbooks that match a story, best first: by globs against its footprint and the paths that its text names, by
 * keywords in its title and text. At most 5 and 8 KB; the last may be cut.
 */
export const matchPlaybooks = (
  playbooks: readonly Playbook[],
  { touches, text }: StoryFacts,
): readonly { readonly title: string; readonly text: string }[] => {
  const looked = text.slice(0, TEXT_LENGTH_MAX);
  const paths = [...new Set([...touches, ...pathsIn(looked)])].slice(0, PATHS_MAX);
  const words = ` ${lessonIdentity(looked)} `;
  const ranked = playbooks
    .map((playbook) => ({ playbook, score: scoreOf(playbook, paths, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || compare(b.playbook.date, a.playbook.date) || byTitle(a.playbook, b.playbook));
  return withinBounds(ranked.map(({ playbook }) => playbook));
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byTitle = (a: Playbook, b: Playbook): number => compare(a.title, b.title) || compare(a.file, b.file);

const scoreOf = ({ title, appliesTo }: Playbook, paths: readonly string[], words: string): number => {
  if (appliesTo.length === 0) {
    const shared = new Set(lessonIdentity(title).split(" ")).values().filter((word) => isTelling(word, words));
    const count = [...shared].length;
    return count >= TITLE_WORDS_MIN ? count : 0;
  }
  return appliesTo.reduce((score, entry) => {
    if (!isGlob(entry)) return score + (isNamed(lessonIdentity(entry), words) ? 1 : 0);
    // Either may be the wider one: a story may touch `src/**`, a lesson hold for `src/auth/**`.
    const isMet = paths.some((path) => holdsFor(entry, path) || holdsFor(path, entry));
    return score + (isMet ? PATH_SCORE : 0);
  }, 0);
};

const isGlob = (entry: string): boolean => /[/*]|^[\w-]+\.[a-z]{1,5}$/.test(entry);

/** Whether a path is what a glob or a folder names. Most paths are no globs, and that is cheap to see. */
const holdsFor = (entry: string, path: string): boolean =>
  /[*?{]/.test(entry) ? matchesGlob(path, entry) : path === entry || path.startsWith(`${entry.replace(/\/$/, "")}/`);

const isNamed = (phrase: string, words: string): boolean => phrase !== "" && words.includes(` ${phrase} `);

/** Short words are in every text. */
const isTelling = (word: string, words: string): boolean => word.length >= 4 && isNamed(word, words);

/** What stands before a path is none of its own characters, so that a word is looked at from its beginning alone. */
const PATHS = /(?<![\w./:@()[\]-])[\w@.()[\]-]+(?:\/[\w@.()[\]-]+)+/g;

const pathsIn = (text: string): readonly string[] =>
  [...text.matchAll(PATHS)]
    .filter(([path]) => path.length <= PATH_LENGTH_MAX)
    .map(([path]) => path.replace(/^[([](?![^/]*[)\]])|^\.\//, "").replace(/[.)\]]+$/, ""))
    .slice(0, PATHS_MAX);

const withinBounds = (playbooks: readonly Playbook[]): readonly { title: string; text: string }[] => {
  const chosen: { title: string; text: string }[] = [];
  let left = BYTES_MAX;
  for (const { title, text } of playbooks) {
    if (chosen.length === PLAYBOOKS_MAX || left < PART_BYTES_MIN) break;
    const room = left - Buffer.byteLength(title);
    const told = Buffer.byteLength(text) <= room ? text : firstBytes(text, room);
    chosen.push({ title, text: told });
    left = room - Buffer.byteLength(told);
  }
  return chosen;
};

const CUT = "\n[cut off here]";

/** Whole characters of the beginning of a text, with the mark of the cut. */
const firstBytes = (text: string, bytesMax: number): string =>
  `${Buffer.from(text)
    .subarray(0, bytesMax - CUT.length)
    .toString("utf8")
    .replace(/\uFFFD+$/, "")}${CUT}`;
