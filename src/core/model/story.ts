import type { AcceptanceCriterion } from "./criteria.ts";
import type { StoryStatus } from "./status.ts";
import type { StoryKey } from "./story-key.ts";

/** How heavy a story is (formats.md 4.3); `undefined` complexity counts as `standard`. */
export type Complexity = "trivial" | "micro" | "light" | "standard" | "complex" | "critical";

/** Where an edge of the dependency graph was found; `plan` prints it. */
export interface DependencySource {
  /** `declared` edges always hold; `reference` and `file` were inferred; `epic` and `order` come from backlog order. */
  readonly kind: "declared" | "reference" | "file" | "epic" | "order";
  /** For people: the file and line, or the rule, e.g. `docs/stories/1-2.md:14 "Depends on: 1.1"`. */
  readonly where: string;
}

/** This story waits for `key`. */
export interface Dependency {
  readonly key: StoryKey;
  readonly source: DependencySource;
}

/** A task checkbox of a story file. */
export interface StoryTask {
  readonly text: string;
  readonly done: boolean;
  /** 1-based line in the story file. */
  readonly line: number;
  /** 0 for a task, 1 and more for subtasks. */
  readonly depth: number;
}

/** What an earlier run left of a story in its progress artifact. */
export type Recovered =
  /** It was complete, and this commit of its has landed. */
  | { readonly commit: string }
  /** It had come to this phase. */
  | { readonly phase: string };

/** One unit of work, as its source has it. Plain data; its life in a run is `StoryState`. */
export interface Story {
  readonly key: StoryKey;
  readonly title: string;
  /** The epic's id as the source has it (`36`, `tsr-1`), or undefined where the source knows no epics. */
  readonly epic?: string;
  readonly status: StoryStatus;
  /** The status word exactly as written. */
  readonly rawStatus: string;
  /** Path of the story file relative to the project folder, with `/`. */
  readonly file?: string;
  /** A prompt given in the backlog itself (storyboard.yaml). */
  readonly prompt?: string;
  readonly complexity?: Complexity;
  readonly dependsOn: readonly Dependency[];
  /** Footprint: files or globs, relative to the project, that the story says it touches. */
  readonly touches: readonly string[];
  /** Names of resources that the story needs alone. */
  readonly needs: readonly string[];
  readonly acceptanceCriteria: readonly AcceptanceCriterion[];
  /** Section-scoped tasks of the story file. Empty where there is no file or it has none. */
  readonly tasks: readonly StoryTask[];
  /** Unset where no earlier run left anything. */
  readonly recovered?: Recovered;
}

/** All stories of a project, in backlog order. */
export interface Backlog {
  readonly source: "bmad" | "storyboard";
  readonly stories: readonly Story[];
  /** Path of the sprint file relative to the project folder; undefined for storyboard.yaml stories. */
  readonly sprintFile?: string;
  /** What a person should know but which stops nothing. */
  readonly notes: readonly string[];
}
