import { type ChangedLines, readChangedLines } from "./diff-lines.ts";
import type { ChangedFile, Flag } from "./evidence.ts";
import { flagGateChanges } from "./gate-tampering.ts";
import { isTestPath, removedAssertions, skipsAdded } from "./test-code.ts";

/** What the search for tampering looks at. */
export interface TamperingInput {
  readonly files: readonly ChangedFile[];
  /** The unified diff of these files against the baseline, with paths relative to the project. */
  readonly diff: string;
  /** The gates' commands by name. */
  readonly gates: Readonly<Record<string, string>>;
}

/**
 * Finds what makes green easier than it should be: deleted or skipped tests, assertions removed in bulk, changed gate
 * commands, CI files and storyboard's configuration. Flags are for the card and the reviewer; there are innocent
 * reasons for each, so none of them is missing evidence.
 */
export const findTampering = ({ files, diff, gates }: TamperingInput): readonly Flag[] => {
  const lines = readChangedLines(diff);
  return files.flatMap((file) => {
    const changed = lines.get(file.path) ?? NO_LINES;
    return [...flagTests(file, changed), ...flagFixedFiles(file), ...flagGateChanges(file, changed, gates)];
  });
};

const NO_LINES: ChangedLines = { added: [], removed: [] };

const flagTests = ({ path, status }: ChangedFile, lines: ChangedLines): readonly Flag[] => {
  if (!isTestPath(path)) return [];
  if (status === "deleted") return [{ kind: "deleted-test", file: path, what: "deletes this test file" }];
  const removed = removedAssertions(lines);
  return [
    ...skipsAdded(lines).map((what): Flag => ({ kind: "skipped-test", file: path, what: `adds ${what}` })),
    ...(removed === 0
      ? []
      : [{ kind: "removed-assertions", file: path, what: `removes ${removed} assertions more than it adds` } as const]),
  ];
};

const CI_FILE =
  /^(?:\.github\/(?:workflows|actions)\/.+|\.gitlab-ci\.ya?ml|\.gitlab\/ci\/.+|\.circleci\/.+|\.buildkite\/.+|\.woodpecker(?:\/.+|\.ya?ml)|Jenkinsfile.*|azure-pipelines.*\.ya?ml|bitbucket-pipelines\.ya?ml|\.travis\.ya?ml|\.drone\.ya?ml|appveyor\.ya?ml)$/;

const OWN_CONFIGURATION = /(?:^|\/)(?:storyboard\.ya?ml$|\.storyboard\/)/;

/** Templates of prompts, and the skills, commands and workflows that prompts name: later stories are built by them. */
const INSTRUCTIONS =
  /(?:^|\/)(?:storyboard\/prompts\/[^/]+\.md$|\.(?:claude|opencode|codex|gemini|agents)\/(?:skills|commands?|prompts)\/|[._]?bmad\/)/;

const VERBS = { added: "adds", modified: "changes", deleted: "deletes", renamed: "renames" } as const;

const flagFixedFiles = ({ path, status }: ChangedFile): readonly Flag[] => {
  if (CI_FILE.test(path)) return [{ kind: "ci", file: path, what: `${VERBS[status]} a CI file` }];
  if (OWN_CONFIGURATION.test(path)) {
    return [{ kind: "configuration", file: path, what: `${VERBS[status]} storyboard's configuration` }];
  }
  if (INSTRUCTIONS.test(path)) {
    return [{ kind: "configuration", file: path, what: `${VERBS[status]} instructions that agents follow` }];
  }
  return [];
};
