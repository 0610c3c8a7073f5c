import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { shortNameOf } from "../../../core/model/story-key.ts";
import { unmergedFiles } from "../../../core/workspace/begin-merge.ts";
import { git } from "../../../core/workspace/git.ts";
import { nodeTestLine, ownNode, quoted } from "../node-tests.ts";
import type { DemoFile, DemoStory, DemoWork } from "../stories/demo-story.ts";
import { finishMerge } from "./merge.ts";
import { failedTests } from "./run-tests.ts";
import { countTasks, listFiles, tickTasks } from "./story-record.ts";
import type { DemoTurn } from "./turn.ts";

/** A turn of the builder: asks where the story says so, else writes the files, runs the tests, keeps the record, commits. */
export const build = async (turn: DemoTurn): Promise<void> => {
  const { story, voice } = turn;
  const conflicts = await unmergedFiles(turn.cwd);
  if (conflicts.length > 0) return finishMerge(turn, conflicts);
  const answer = answerIn(turn.prompt);
  await voice.say(`Reads ${relative(turn.cwd, turn.storyFile)}: ${story.title}.`);
  if (story.question !== undefined && answer === undefined && !(await hasBegun(turn))) {
    voice.finish(`QUESTION: ${story.question}`);
    return;
  }
  const phase = turn.phase === "REFINE" ? "REFINE" : "BUILD";
  const work = story.work({ phase, attempt: turn.attempt, answer });
  for (const line of work.says) await voice.say(line);
  const texts = await writeFiles(turn, work);
  await runTests(turn, work);
  await commit(turn, work);
  voice.finish(`Story ${story.key} is done.\n\n${claimOf(story, work, texts)}`);
};

/** What a person answered, as the prompt has it: fenced, behind a line that begins with ANSWER. */
const answerIn = (prompt: string): string | undefined => /^ANSWER\b.*\n(`{3,})text\n([\s\S]*?)\n\1$/m.exec(prompt)?.[2];

/** Whether an earlier turn wrote something already: then the question is answered, as the files show. */
const hasBegun = async ({ cwd, story }: DemoTurn): Promise<boolean> =>
  story.work({ phase: "BUILD", attempt: 1, answer: undefined }).files.some(({ path }) => existsSync(join(cwd, path)));

const writeFiles = async (turn: DemoTurn, { files }: DemoWork): Promise<Map<string, string>> => {
  const { cwd, storyFile, voice } = turn;
  const texts = new Map<string, string>();
  for (const [i, file] of files.entries()) {
    const path = join(cwd, file.path);
    const before = await readFile(path, "utf8").catch(() => "");
    const text = file.text(before);
    texts.set(file.path, text);
    await voice.use(before === "" ? "Write" : "Edit", file.path, async () => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
      await keepRecord(storyFile, (i + 1) / files.length, files.slice(0, i + 1));
    });
  }
  return texts;
};

/** Ticks the share of the tasks that is done, and lists the files. */
const keepRecord = async (storyFile: string, share: number, files: readonly DemoFile[]): Promise<void> => {
  const text = await readFile(storyFile, "utf8");
  await writeFile(storyFile, listFiles(tickTasks(text, Math.floor(countTasks(text) * share)), files));
};

const runTests = async ({ cwd, voice }: DemoTurn, { files, skipsTests }: DemoWork): Promise<void> => {
  if (skipsTests !== undefined) return voice.say(skipsTests);
  const tests = files.filter(({ path }) => path.startsWith("test/")).map(({ path }) => join(cwd, path));
  let failed: readonly string[] = [];
  await voice.use("Run", "node --test", async () => {
    failed = await failedTests(tests);
    return failed.length === 0;
  });
  await voice.say(failed.length === 0 ? "The tests pass." : `These tests fail: ${failed.join(", ")}.`);
};

/** How far back the story's own commits are looked for. */
const COMMITS_MAX = 20;

/** A story has one commit that is titled `feat`; what repairs it later is titled `fix`. */
const commit = async ({ cwd, story, storyFile, voice }: DemoTurn, work: DemoWork): Promise<void> => {
  const key = shortNameOf(story.key);
  const { stdout } = await git(["log", "--format=%s", `--max-count=${COMMITS_MAX}`], { cwd });
  const isFirst = !stdout.split("\n").some((line) => line.startsWith(`feat(${key}): `));
  const subject = isFirst ? `feat(${key}): ${story.title}` : `fix(${key}): ${work.fixes ?? story.title}`;
  await voice.use("Run", `git commit -m "${subject}"`, async () => {
    const paths = [...new Set([...work.files.map(({ path }) => path), relative(cwd, storyFile)])];
    await git(["add", "--", ...paths], { cwd });
    const { exitCode } = await git(["diff", "--cached", "--quiet"], { cwd, allowFailure: true });
    if (exitCode !== 0) await git(["commit", "--quiet", `--message=${subject}`], { cwd });
  });
};

const claimOf = ({ criteria }: DemoStory, { files }: DemoWork, texts: ReadonlyMap<string, string>): string => {
  const lines = (path: string): number => (texts.get(path) ?? "").split("\n").length - 1;
  const reasons = new Map<string, string[]>();
  for (const { path, why } of files) reasons.set(path, [...(reasons.get(path) ?? []), why]);
  const claim = {
    files: [...reasons].map(([path, why]) => ({ path, lines: `1-${lines(path)}`, why: why.join(", ") })),
    tests_added: [...texts].reduce((sum, [path, text]) => sum + testsIn(path, text), 0),
    coverage: null,
    criteria: criteria.flatMap(({ test }, i) => {
      const file = [...texts].find(([, text]) => text.includes(`\ntest("${test}"`))?.[0];
      return file === undefined ? [] : [{ id: `${i + 1}`, check: checkOf(test, file) }];
    }),
  };
  return `\`\`\`json\n${JSON.stringify(claim)}\n\`\`\``;
};

/** The shell line that runs one test. */
const checkOf = (test: string, file: string): string =>
  `${nodeTestLine(ownNode())} --test-name-pattern=${quoted(`^${test}$`)} ${file}`;

const testsIn = (path: string, text: string): number =>
  path.startsWith("test/") ? (text.match(/^test\(/gm)?.length ?? 0) : 0;
