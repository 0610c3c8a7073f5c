import type { StoryKey } from "../model/story-key.ts";

/** What is known of a story when names are looked up. */
export interface NamedStory {
  readonly key: StoryKey;
  /** Other names, such as an issue id. */
  readonly otherNames?: readonly string[];
}

/**
 * The stories of a project by every name that people use for them: the full key, its leading segments where they fit
 * one story only, with `.` or `-`, and other names. Only what resolves here can become a dependency (formats.md 2.3).
 */
export class StoryNames {
  readonly #keys = new Map<string, StoryKey>();
  /** Leading segments; undefined where several stories share them. */
  readonly #prefixes = new Map<string, StoryKey | undefined>();
  readonly #order = new Map<StoryKey, number>();

  constructor(stories: readonly NamedStory[]) {
    for (const { key, otherNames = [] } of stories) {
      this.#order.set(key, this.#order.size);
      for (const name of [key, ...otherNames]) this.#keys.set(normal(name), key);
      const segments = normal(key).split("-");
      for (let count = 2; count < segments.length; count++) this.#addPrefix(segments.slice(0, count).join("-"), key);
    }
  }

  /** The story that a full or short name means. `near` is the story whose text says it: in `tsr-2-3`, `2.1` is `tsr-2-1`. */
  resolve(name: string, near?: StoryKey): StoryKey | undefined {
    const wanted = normal(name).replace(/^story-(?=.*\d)/, "");
    const prefix = near === undefined ? undefined : /^(\p{L}+\d*)-\d/u.exec(near.toLowerCase())?.[1];
    const candidates = prefix === undefined ? [normal(name), wanted] : [`${prefix}-${wanted}`, normal(name), wanted];
    for (const candidate of candidates) {
      const key = this.#keys.get(candidate) ?? this.#prefixes.get(candidate);
      if (key !== undefined) return key;
    }
    return undefined;
  }

  /** The story whose full key a word is, for words found anywhere in prose: so only keys that cannot be a plain word. */
  resolveFullKey(word: string): StoryKey | undefined {
    const wanted = normal(word.replace(/\.md$/i, ""));
    const key = this.#keys.get(wanted) ?? this.#keys.get(wanted.replace(/^story-/, ""));
    return key !== undefined && /-.+-|-\d+$/.test(wanted) ? key : undefined;
  }

  /** Place of a story in the backlog, from 0; -1 for an unknown one. */
  placeOf(key: StoryKey): number {
    return this.#order.get(key) ?? -1;
  }

  #addPrefix(prefix: string, key: StoryKey): void {
    if (!/\d/.test(prefix)) return;
    this.#prefixes.set(prefix, this.#prefixes.has(prefix) ? undefined : key);
  }
}

const normal = (name: string): string => name.trim().toLowerCase().replaceAll(/[._]/g, "-");
