/** A story of the demo's project: what its file says, and what the demo agent does for it. */
export interface DemoStory {
  readonly key: string;
  readonly title: string;
  /** Short keys of the stories that it waits for. */
  readonly after: readonly string[];
  /** "As a cook, I want ..." */
  readonly wish: string;
  readonly criteria: readonly DemoCriterion[];
  readonly tasks: readonly string[];
  /** What the agent asks before it builds anything. */
  readonly question?: string;
  /** What the agent writes in a turn. */
  readonly work: (moment: DemoMoment) => DemoWork;
}

/** An acceptance criterion of a story. */
export interface DemoCriterion {
  readonly text: string;
  /** Name of the test that shows it. */
  readonly test: string;
}

/** When in a story's life the agent works. */
export interface DemoMoment {
  readonly phase: "BUILD" | "REFINE";
  readonly attempt: number;
  /** What a person answered to the story's question. */
  readonly answer: string | undefined;
}

/** What the agent does in one turn. */
export interface DemoWork {
  /** What it says before it begins, one line each. */
  readonly says: readonly string[];
  readonly files: readonly DemoFile[];
  /** Why it does not run the tests, where it does not: a mistake that storyboard's own gate has to find. */
  readonly skipsTests?: string;
  /** What a commit that is not the story's first one says behind `fix(1-1): `. */
  readonly fixes?: string;
}

/** A file that the agent writes. */
export interface DemoFile {
  readonly path: string;
  readonly why: string;
  /** The new text of the file, made from the one that is there; empty where there is none. */
  readonly text: (before: string) => string;
}

/** A file with this text, whatever was there before. */
export const written = (path: string, why: string, text: string): DemoFile => ({ path, why, text: () => text });
