/** Reads the project's files, by paths relative to the project. */
export interface ProjectReader {
  /** The content of a file, or undefined where there is none. */
  read(path: string): Promise<string | undefined>;
  /** Whether there is a file or folder of that name. */
  exists(path: string): Promise<boolean>;
}

/** What a gate is for; gates are run in this order. */
export type GateKind = "typecheck" | "lint" | "test";

/** A gate that a project's files show. */
export interface DetectedGate {
  readonly name: string;
  readonly kind: GateKind;
  /** The shell line. */
  readonly run: string;
  /** For people: the file, and what in it. */
  readonly foundIn: string;
}

/** A detector looks for one kind of project. */
export type GateDetector = (reader: ProjectReader) => Promise<readonly Omit<DetectedGate, "name">[]>;
