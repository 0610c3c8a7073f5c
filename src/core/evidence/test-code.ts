import type { ChangedLines } from "./diff-lines.ts";

/** From this many assertions fewer than before on, removing them is worth a look. */
const REMOVED_ASSERTIONS_MIN = 3;

/** Whether a path looks like that of a test, by the habits of the common languages. */
export const isTestPath = (path: string): boolean => TEST_FOLDER.test(path) || TEST_NAME.test(path);

const TEST_FOLDER = /(?:^|\/)(?:tests?|__tests__|spec|specs|e2e|cypress|testing)\//i;
const TEST_NAME =
  /(?:^|\/)(?:test_[^/]+\.py|conftest\.py|[^/]+[._-](?:test|tests|spec|e2e|cy)\.[^/]+|[^/]+_(?:test|spec)\.[^/]+|[^/]*(?:Test|Tests|Spec|IT)\.(?:java|kt|kts|scala|groovy|cs|php|swift))$/;

/** The ways of skipping that a diff adds to a file (more often than it removes them), e.g. `it.skip`. */
export const skipsAdded = ({ added, removed }: ChangedLines): readonly string[] => {
  const before = countSkips(removed);
  return [...countSkips(added)].filter(([skip, count]) => count > (before.get(skip) ?? 0)).map(([skip]) => skip);
};

const SKIPS: readonly RegExp[] = [
  /\b(?:it|test|describe|suite|context|specify|bench)(?:\.\w+){0,3}\.(?:skip|only|todo|fixme|failing|fails)(?:If)?\b/g,
  /\b(?:xit|xtest|xdescribe|xcontext|xspecify|fit|fdescribe|fcontext)(?=\s*\()/g,
  /@pytest\.mark\.(?:skip|skipif|xfail)\b|\bpytest\.(?:skip|xfail|importorskip)(?=\()/g,
  /@(?:unittest\.)?(?:skip|skipIf|skipUnless|expectedFailure)\b|\bself\.skipTest(?=\()/g,
  /\b[tb]\.Skip(?:f|Now)?(?=\()/g,
  /#\[ignore\b/g,
  /@(?:Disabled|Ignore)\b/g,
  /@(?:module)?tag\s+:?skip\b/g,
  /\bmarkTest(?:Skipped|Incomplete)(?=\()/g,
  // RSpec's own words, as statements or tags.
  /^\s*(?:skip|pending|xexample)(?=\s+["'(]|$)|,\s*(?:skip|pending):(?=\s*(?:true|["']))/g,
];

const countSkips = (lines: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const line of lines) {
    for (const [skip] of SKIPS.flatMap((pattern) => [...line.matchAll(pattern)])) {
      const name = skip.replace(/^[\s,]+/, "");
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
};

/** How many assertions fewer a file has; 0 where they are too few to mention. */
export const removedAssertions = ({ added, removed }: ChangedLines): number => {
  const fewer = countAssertions(removed) - countAssertions(added);
  return fewer >= REMOVED_ASSERTIONS_MIN ? fewer : 0;
};

const ASSERTION =
  /\b(?:expect|assert\w*|should|require\.\w+|t\.(?:Error|Errorf|Fatal|Fatalf|is|deepEqual|true|false))\s*[.(!]|^\s*assert\b|\bself\.assert\w+\(|\.should\b|\bexpect_\w+\(/;

const countAssertions = (lines: readonly string[]): number => lines.filter((line) => ASSERTION.test(line)).length;
