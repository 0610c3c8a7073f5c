import type { Finding } from "../../../core/model/review.ts";
import { git } from "../../../core/workspace/git.ts";
import { type AddedLine, addedLines } from "./added-lines.ts";
import type { DemoTurn } from "./turn.ts";

/** Longest diff that the reviewer reads, in bytes. */
const DIFF_BYTES_MAX = 1024 * 1024;

/** A turn of the reviewer: reads the diff that the prompt names, judges it by a few rules, ends with a verdict. */
export const review = async ({ prompt, cwd, story, voice }: DemoTurn): Promise<void> => {
  const range = /`git diff ([\w./-]+) --`/.exec(prompt)?.[1] ?? "HEAD~1..HEAD";
  let added: readonly AddedLine[] = [];
  await voice.use("Run", `git diff ${range.replaceAll(/\b([0-9a-f]{7})[0-9a-f]{33}\b/g, "$1")}`, async () => {
    const args = ["diff", "--unified=0", "--no-color", "--no-ext-diff", range, "--"];
    added = addedLines((await git(args, { cwd, outputBytesMax: DIFF_BYTES_MAX })).stdout);
  });
  for (const [file, count] of countByFile(added)) await voice.say(`Looks at ${file} (+${count})`);
  const findings = judge(added);
  for (const { severity, file, line, title } of findings) await voice.say(`[${severity}] ${file}:${line} ${title}`);
  const verdict = { verdict: findings.length === 0 ? "approved" : "changes", findings };
  const words = findings.length === 0 ? `Nothing speaks against ${story.key}.` : `${story.key} has to change.`;
  voice.finish(`${words}\n\n\`\`\`json\n${JSON.stringify(verdict)}\n\`\`\``);
};

const countByFile = (added: readonly AddedLine[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { file } of added) if (/^(?:src|test|bin)\//.test(file)) counts.set(file, (counts.get(file) ?? 0) + 1);
  return counts;
};

/** What is wrong with the lines that a story adds. */
export const judge = (added: readonly AddedLine[]): readonly Finding[] => [
  ...withoutTest(added),
  ...added.filter(({ file }) => file.startsWith("src/")).flatMap(unlikeUnits),
  ...added.filter(({ file }) => file.startsWith("test/")).flatMap(skippedTest),
];

/** A new source file that no test is named after. */
const withoutTest = (added: readonly AddedLine[]): Finding[] => {
  const files = new Set(added.map(({ file }) => file));
  return [...files].flatMap((file) => {
    const name = /^src\/(\w+)\.js$/.exec(file)?.[1];
    const isNew = added.some((line) => line.file === file && line.isNewFile);
    if (name === undefined || !isNew || files.has(`test/${name}.test.js`)) return [];
    return [
      { severity: "high", file, line: 1, title: "no test", detail: `There is no test/${name}.test.js.` } as const,
    ];
  });
};

/** Two quantities that are added as they are, whatever their units. */
const unlikeUnits = ({ file, line, text }: AddedLine): Finding[] =>
  /\w+\.quantity \+ \w+\.quantity/.test(text)
    ? [
        {
          severity: "high",
          file,
          line,
          title: "adds quantities of different units",
          detail: "1 cup and 100 ml become 101 cup: the units are never compared. Convert before adding, and test it.",
        },
      ]
    : [];

const skippedTest = ({ file, line, text }: AddedLine): Finding[] =>
  /\b(?:test|it)\.(?:skip|todo)\(/.test(text) ? [{ severity: "high", file, line, title: "skips a test" }] : [];
