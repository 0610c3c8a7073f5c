import { lstat, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { folderInProject } from "../backlog/bmad-config.ts";
import { type LessonSource, type Playbook, playbookFileName, playbookText, readPlaybook } from "../backlog/playbook.ts";
import { mapBounded, readFileBounded } from "../backlog/read-project.ts";
import { decodeLeniently } from "../backlog/text.ts";
import { writeAtomically } from "../files/write-atomically.ts";
import { type Lesson, lessonIdentity } from "../model/lesson.ts";

/** Playbooks of one folder that are read; where there are as many, no new one is written. */
export const PLAYBOOKS_MAX = 200;
/** Largest playbook that is read, in bytes. */
const PLAYBOOK_BYTES_MAX = 64 * 1024;

/** Where Pantheon's versions keep playbooks, the newest first. */
const PANTHEON_FOLDERS = ["docs/implementation-playbooks", "docs/playbooks/implementation-playbooks", "docs/playbooks"];
/** Ours, where the project has none: outside of git. */
const OWN_PLAYBOOKS = ".storyboard/playbooks";

/** A folder of playbooks. */
export interface PlaybookFolder {
  /** Relative to the project. */
  readonly folder: string;
  /** Whether it is storyboard's own, which no worktree has. */
  readonly isOwn: boolean;
}

/** What became of lessons. */
export interface SavedLessons {
  /** Files that were written, relative to the root. */
  readonly written: readonly string[];
  /** Titles that were there before. */
  readonly known: readonly string[];
  /** Why others were not written, in words for a person. */
  readonly refused?: string;
}

/** The folder of a project's lessons: as `playbooks` in the configuration says, or found. */
export const findPlaybookFolder = async (project: string, setting: string): Promise<PlaybookFolder> => {
  const configured = setting === "auto" ? undefined : folderInProject(setting, project);
  if (configured !== undefined && configured !== "") return { folder: configured, isOwn: false };
  for (const folder of PANTHEON_FOLDERS)
    if (await isPlainFolder(project, folder, true)) return { folder, isOwn: false };
  return { folder: OWN_PLAYBOOKS, isOwn: true };
};

/** The playbooks of a folder, by name. Empty where there is none, or a link is on the way. Never throws. */
export const readPlaybooks = async (root: string, folder: string): Promise<readonly Playbook[]> => {
  if (!(await isPlainFolder(root, folder, true))) return [];
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  // A link would lead an agent's words anywhere.
  const names = entries.filter((entry) => entry.isFile() && /\.md$/i.test(entry.name)).map(({ name }) => name);
  const playbooks = await mapBounded(names.sort().slice(0, PLAYBOOKS_MAX), async (name) => {
    const content = await readFileBounded(join(root, folder, name), PLAYBOOK_BYTES_MAX);
    return content.kind === "read" ? readPlaybook(name, decodeLeniently(content.bytes)) : undefined;
  });
  return playbooks.filter((playbook) => playbook !== undefined);
};

/**
 * Writes each lesson that the folder does not know yet as a playbook of its own. `root` is the project, or a worktree of
 * it. Throws FileWriteError.
 */
export const saveLessons = async (
  { root, folder }: { readonly root: string; readonly folder: string },
  lessons: readonly Lesson[],
  source: LessonSource,
): Promise<SavedLessons> => {
  if (lessons.length === 0) return { written: [], known: [] };
  if (!(await isPlainFolder(root, folder, false))) {
    return { written: [], known: [], refused: `${folder} leads through something that is no folder` };
  }
  const titles = new Set((await readPlaybooks(root, folder)).map(({ title }) => lessonIdentity(title)));
  const directory = join(root, folder);
  await mkdir(directory, { recursive: true });
  const taken = new Set((await readdir(directory)).map((name) => name.toLowerCase()));
  const [written, known]: [string[], string[]] = [[], []];
  for (const lesson of lessons) {
    const identity = lessonIdentity(lesson.title);
    if (titles.has(identity)) {
      known.push(lesson.title);
      continue;
    }
    if (taken.size >= PLAYBOOKS_MAX) {
      return { written, known, refused: `${folder} holds ${PLAYBOOKS_MAX} files; take out what is no longer true` };
    }
    const name = playbookFileName(lesson.title, taken);
    await writeAtomically(join(directory, name), Buffer.from(playbookText(lesson, source)));
    titles.add(identity);
    taken.add(name);
    written.push(`${folder}/${name}`);
  }
  return { written, known };
};

/** Whether a path below `root` is made of real folders alone, as far as it exists; `isThere` asks for all of it. */
const isPlainFolder = async (root: string, folder: string, isThere: boolean): Promise<boolean> => {
  let path = root;
  for (const segment of folder.split("/")) {
    path = join(path, segment);
    try {
      if (!(await lstat(path)).isDirectory()) return false;
    } catch (error) {
      return !isThere && (error as NodeJS.ErrnoException).code === "ENOENT";
    }
  }
  return true;
};
