/** Seven times as fast as a process for each test file. */
const IN_ONE_PROCESS = "--test-isolation=none";

/** How this machine's Node runs tests, as a shell line without its files. The user's machine may have an older one, or none. */
export const nodeTestLine = ({
  node,
  hasIsolation,
}: {
  readonly node: string;
  readonly hasIsolation: boolean;
}): string => `${quoted(node)} --test${hasIsolation ? ` ${IN_ONE_PROCESS}` : ""}`;

/** The Node that runs storyboard, and whether it can run all test files in one process: 24 and newer. */
export const ownNode = (): { readonly node: string; readonly hasIsolation: boolean } => ({
  node: process.execPath,
  hasIsolation: Number.parseInt(process.versions.node, 10) >= 24,
});

/** A word of a shell line. */
export const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
