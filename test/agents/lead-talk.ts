import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { ModelRequest, Step } from "../support/model-server/conversation.ts";
import { eventually } from "../support/steering.ts";
import type { Bench } from "./bench.ts";
import { CLAIM, nextOf, quickPlan } from "./builder.ts";
import { linesOf, STORY, toldBy, writeOneStory } from "./one-story.ts";
import { taskOf } from "./task.ts";

const QUESTION = "Which unit?";
const ANSWER = "millilitres";
const PROGRESS = "looks around";

/**
 * In one turn an agent reports what it does and asks a person by the server that it is offered, and has storyboard run
 * a gate by the shell line that it was told of: the feed shows the report, the gate's result is not asked for again
 * when the evidence is checked, and the story waits until the same session is given the answer.
 */
export const talksToTheLead = async (bench: Bench): Promise<void> => {
  const { hasNoServer = false } = bench.agent;
  await writeOneStory(bench, hasNoServer ? talkativeWithoutServer : talkative, {
    configuration: {
      max_workers: 2,
      max_retry_per_story: 1,
      gates: { commands: { test: `echo ran >> ${runsOf(bench)}; echo all is well` } },
    },
  });
  const run = bench.live("run", "--headless", "--json");
  await eventually(
    "the question in the inbox",
    async () => (await bench.storyboard("ctl", "inbox")).stdout.includes(`${STORY} (question)\n  ${QUESTION}\n`),
    WAIT_MS,
  );
  expect(await bench.storyboard("ctl", "answer", STORY, ANSWER)).toMatchObject({ status: 0 });
  const { status, lines, text } = await toldBy(run);
  expect(status, text).toBe(0);
  expect(linesOf(lines, "story.ended"), text).toMatchObject([{ outcome: "done", attempts: 1 }]);
  const feed = linesOf(lines, "feed").map((line) => line.text);
  if (!hasNoServer) expect(feed, text).toContain(PROGRESS);
  expect(feed, text).toContainEqual(expect.stringContaining("gate test: PASS"));
  // Once on the baseline, once for the agent.
  expect(readFileSync(runsOf(bench), "utf8").trim().split("\n"), text).toHaveLength(2);
  expect(linesOf(lines, "gate.ended").at(-1), text).toMatchObject({ name: "test", ok: true, cached: true });
  // The user's own servers are there as before.
  expect(existsSync(bench.ownServerFile), text).toBe(true);
  expect(resultsOf(bench), text).toContainEqual(expect.stringMatching(/CHECK RESULT\ncheck: test\nstatus: PASS/));
  // No other command of storyboard's is allowed with it.
  expect(
    resultsOf(bench).some((result) => result.includes("Usage:")),
    text,
  ).toBe(bench.agent.runsAnything === true);
  const [answered] = bench.asked.filter((request) => taskOf(request).kind === "answer");
  expect(JSON.stringify(answered?.said), text).toContain(ANSWER);
  expect(JSON.stringify(answered?.said), text).toContain(QUESTION);
  expect(bench.left()).toEqual([]);
};

/** Longest that the first turn may take, in milliseconds. */
const WAIT_MS = 60_000;

const runsOf = ({ project }: Bench): string => join(project.base, "gate-runs");

const resultsOf = ({ asked }: Bench): readonly string[] =>
  asked.flatMap(({ said }) =>
    said.flatMap((each) => (each.by === "tool-result" ? [each.text.replaceAll("\\n", "\n")] : [])),
  );

const talkative = (request: ModelRequest): Step => {
  const task = taskOf(request);
  if (task.kind === "answer") return { do: "say", text: `Done, in ${ANSWER}.\n\n${CLAIM}` };
  return nextOf(
    [
      use("report_progress", { text: PROGRESS, phase: "prepare" }),
      ...quickPlan(STORY).slice(0, -1),
      { do: "run", command: gateLine(task.prompt) },
      { do: "run", command: gateLine(task.prompt).replace(/gate test$/, "--help") },
      use("ask", { question: QUESTION, choices: [ANSWER, "cups"] }),
      { do: "say", text: "I wait for the answer." },
    ],
    task,
  );
};

/** The same with nothing but a shell and its last words. */
const talkativeWithoutServer = (request: ModelRequest): Step => {
  const task = taskOf(request);
  if (task.kind === "answer") return { do: "say", text: `Done, in ${ANSWER}.\n\n${CLAIM}` };
  return nextOf(
    [
      ...quickPlan(STORY).slice(0, -1),
      { do: "run", command: gateLine(task.prompt) },
      { do: "run", command: gateLine(task.prompt).replace(/gate test$/, "--help") },
      { do: "say", text: `QUESTION: ${QUESTION}` },
    ],
    task,
  );
};

const use = (tool: string, input: object): Step => ({ do: "use", server: "storyboard", tool, input });

/** The shell line by which the prompt has an agent ask for a gate. */
const gateLine = (prompt: string): string => /`([^`\n]+ gate test)`/.exec(prompt)?.[1] ?? "echo nobody told me how";
