import { existsSync, type FSWatcher, mkdirSync, readdirSync, watch } from "node:fs";
import { mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../../core/files/write-atomically.ts";
import type { JournaledEvent, Question, RunEvent } from "../../core/scheduler/events.ts";
import { inboxOf, type WaitingItem } from "../../core/scheduler/inbox.ts";
import type { Command } from "../../core/scheduler/inputs.ts";
import type { RunState } from "../../core/scheduler/state.ts";
import { ANSWER_ENDINGS, answerFilesFor, commandOf, namesIn, readAnswerFile, WHOLE_AFTER_MS } from "./answer-files.ts";
import { asksThat, inboxText, itemName } from "./inbox-text.ts";

/** How often the folder is looked at while something waits, in milliseconds: for file systems that tell of no change. */
const POLL_MS = 5_000;
/** Where items and answers go when they are done with. */
const ANSWERED = "answered";

/** What the inbox's folder is kept with. */
export interface InboxRequest {
  /** The run's folder. */
  readonly directory: string;
  readonly state: RunState;
  /** Gives a command to the run; returns why it does not apply. */
  readonly command: (command: Command) => string | undefined;
  /** Tells people of something about an item: the name is its story's key. */
  readonly say: (item: string, text: string) => void;
}

/** Whether a run's inbox has files that may be answers. */
export const hasAnswerFiles = (runDirectory: string): boolean => {
  const folder = folderOf(runDirectory);
  if (!existsSync(folder)) return false;
  const names = readdirSync(folder);
  const items = names.filter((name) => name.endsWith(".md")).map((name) => name.slice(0, -".md".length));
  return items.some((item) => answerFilesFor(names, item).length > 0);
};

/** Whether something waits in a run's inbox, as its files tell: the run itself is not read for that. */
export const hasItems = (runDirectory: string): boolean => {
  const folder = folderOf(runDirectory);
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith(".md"));
};

const folderOf = (runDirectory: string): string => join(runDirectory, "inbox");

/** Events after which something else may wait for a person. */
const CHANGES: ReadonlySet<RunEvent["type"]> = new Set([
  "baseline.asked",
  "baseline.decided",
  "story.parked",
  "story.requeued",
  "story.ended",
  "story.confirmed",
]);

/**
 * The inbox of a run as a folder: a file for each thing that waits, and answers by files beside them. What is done in it
 * is done one after the other; nothing of it ever fails the run. While nothing waits it costs nothing, else a look every
 * few seconds.
 */
export class InboxFolder {
  readonly #request: InboxRequest;
  readonly #folder: string;
  /** Answer files that were told of, with the time they were changed. */
  readonly #told = new Map<string, number>();
  /** Answer files that were carried out and are to be put away. */
  readonly #taken = new Set<string>();
  #waiting: ReadonlyMap<string, WaitingItem> = new Map();
  #last: Promise<void> = Promise.resolve();
  #watcher: FSWatcher | undefined;
  #poll: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #begun = false;
  #closed = false;

  constructor(request: InboxRequest) {
    this.#request = request;
    this.#folder = folderOf(request.directory);
  }

  /** Brings the folder in step with what waits now, and takes the answers that lie there. Resolves when that is done. */
  async open(): Promise<void> {
    this.#keep();
    await this.#last;
    // What was written a moment ago is waited for: it may be why this lead was started.
    for (let inMs = await this.#look(); inMs !== undefined; inMs = await this.#look()) {
      await new Promise((resolve) => setTimeout(resolve, inMs));
    }
  }

  /** Hears what happened in the run. */
  events(entries: readonly JournaledEvent[]): void {
    if (entries.some(({ event }) => CHANGES.has(event.type))) this.#keep();
  }

  /** Resolves when all files are as they should be. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#watch(false);
    clearTimeout(this.#soon);
    await this.#last;
  }

  #keep(): void {
    const before = this.#waiting;
    const items = new Map(inboxOf(this.#request.state).map((item) => [itemName(item), item]));
    this.#waiting = items;
    const isSame = items.size === before.size && [...items].every(([name, item]) => sameAs(item, before.get(name)));
    if (isSame && this.#begun) return;
    this.#begun = true;
    if (items.size > 0) mkdirSync(join(this.#folder, ANSWERED), { recursive: true, mode: 0o700 });
    this.#next(() => this.#reconcile(items));
    this.#watch(items.size > 0 && !this.#closed);
  }

  /** One after the other; a full or unwritable disk is told of where it matters, and the next event tries again. */
  #next(work: () => Promise<void>): void {
    this.#last = this.#last.then(work).catch(() => {});
  }

  async #reconcile(items: ReadonlyMap<string, WaitingItem>): Promise<void> {
    const names = await namesIn(this.#folder);
    for (const name of names) {
      const item = name.slice(0, -".md".length);
      if (!name.endsWith(".md") || items.has(item) || isAnswer(name)) continue;
      await this.#putAway([name]);
      await this.#putAwayAnswers(item, answerFilesFor(names, item));
    }
    for (const [name, item] of items) {
      const title = item.story === null ? "" : (this.#request.state.stories.get(item.story)?.story.title ?? "");
      const text = inboxText(item, title);
      const path = join(this.#folder, `${name}.md`);
      const there = await readFile(path, "utf8").catch(() => undefined);
      if (there === text) continue;
      // An answer that lies there already was given to another question; or another storyboard wrote down the same one.
      if (there === undefined || !asksThat(there, item)) await this.#putAwayAnswers(name, answerFilesFor(names, name));
      await writeAtomically(path, Buffer.from(text));
    }
  }

  /** What somebody wrote does not go without a word, unless it was carried out. */
  async #putAwayAnswers(item: string, names: readonly string[]): Promise<void> {
    for (const name of names.filter((answer) => !this.#taken.delete(answer))) {
      this.#request.say(
        item,
        `inbox/${name} answers nothing that waits now: it is in inbox/${ANSWERED}, not carried out`,
      );
    }
    await this.#putAway(names);
  }

  async #putAway(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const folder = join(this.#folder, ANSWERED);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of names) {
      this.#told.delete(name);
      await rename(join(this.#folder, name), join(folder, `${Date.now()}-${name}`)).catch(() => {});
    }
  }

  #watch(isOn: boolean): void {
    if (isOn === (this.#poll !== undefined)) return;
    clearInterval(this.#poll);
    this.#watcher?.close();
    this.#poll = undefined;
    this.#watcher = undefined;
    if (!isOn) return;
    this.#poll = setInterval(() => this.#lookIn(0), POLL_MS);
    try {
      this.#watcher = watch(this.#folder, () => this.#lookIn(WHOLE_AFTER_MS)).on("error", () => this.#watcher?.close());
    } catch {
      // The looks every few seconds are enough.
    }
  }

  #lookIn(inMs: number): void {
    if (this.#soon !== undefined || this.#closed) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      void this.#look().then((again) => again !== undefined && this.#lookIn(again));
    }, inMs);
  }

  /** Carries out the answers that are whole; returns when to look again for others, in milliseconds. */
  async #look(): Promise<number | undefined> {
    let againMs: number | undefined;
    this.#next(async () => {
      const names = await namesIn(this.#folder);
      for (const [name, item] of this.#waiting) {
        for (const file of answerFilesFor(names, name).filter((answer) => !this.#waiting.has(itemOf(answer)))) {
          const inMs = await this.#take(file, item);
          if (inMs !== undefined) againMs = Math.min(againMs ?? inMs, inMs);
        }
      }
    });
    await this.#last;
    return this.#closed ? undefined : againMs;
  }

  async #take(file: string, item: WaitingItem): Promise<number | undefined> {
    const found = await readAnswerFile(this.#folder, file, Date.now());
    if (found === undefined || this.#closed) return undefined;
    if (found.kind === "young") return Math.ceil(found.inMs);
    // What it answers may be put away at once.
    this.#taken.add(file);
    const problem = found.kind === "bad" ? found.problem : this.#give(item, found.text);
    if (problem !== undefined) this.#taken.delete(file);
    if (problem === undefined || this.#told.get(file) === found.changedMs) return undefined;
    this.#told.set(file, found.changedMs);
    this.#request.say(itemName(item), `inbox/${file} is no answer: ${problem}; it is left as it is`);
    return undefined;
  }

  #give(item: WaitingItem, text: string): string | undefined {
    // Another answer may just have been faster.
    if (!sameAs(item, this.#waiting.get(itemName(item)))) return undefined;
    const command = commandOf(item, text);
    return "problem" in command ? command.problem : this.#request.command(command);
  }
}

const isAnswer = (name: string): boolean => ANSWER_ENDINGS.some((ending) => name.endsWith(ending));

/** The item whose own file has that name: a story may be called `1.answer`. */
const itemOf = (name: string): string => (name.endsWith(".md") ? name.slice(0, -".md".length) : name);

const sameAs = (item: WaitingItem, other: { readonly question: Question } | undefined): boolean =>
  item.question === other?.question;
