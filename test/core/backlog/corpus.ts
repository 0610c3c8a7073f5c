import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const folder = resolve(process.env.STORYBOARD_CORPUS ?? "../shared/corpus");

/** Whether the corpus of real project files is on this machine; it is never part of the project. */
export const hasCorpus = existsSync(folder);

if (!hasCorpus)
  console.log(`No corpus at ${folder} (STORYBOARD_CORPUS): the tests with real project files are skipped.`);

/** The real files of a kind, by name. */
export const corpusFiles = (kind: "sprint-status" | "stories"): readonly { name: string; bytes: Uint8Array }[] =>
  hasCorpus
    ? readdirSync(join(folder, kind)).map((name) => ({ name, bytes: readFileSync(join(folder, kind, name)) }))
    : [];
