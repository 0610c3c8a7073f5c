import type { ModelRequest, Step } from "../support/model-server/conversation.ts";
import { type Task, taskOf } from "./task.ts";

/** What a sensible agent does in a turn, step by step; the last one ends the turn. */
type Plan = readonly Step[];

/** The story in which the review finds something. */
export const FOUND_IN = "1-2-left";
/** What the review finds there, and what mends it. */
export const WRONG = "built wrong";
export const RIGHT = "built";

/** An agent that builds, reviews and mends what its review found. */
export const sensible = (request: ModelRequest): Step => {
  const task = taskOf(request);
  return nextOf(planOf(task, request), task);
};

/** An agent that writes a file, commits it and says so. */
export const quick = (request: ModelRequest): Step => {
  const task = taskOf(request);
  return nextOf(quickPlan(task.story), task);
};

/** The next step of a plan, by what was done of it. */
export const nextOf = (plan: Plan, { done }: Task): Step =>
  plan[done] ?? { do: "say", text: "There is nothing more to do." };

export const quickPlan = (story: string): Plan => [
  { do: "write", path: `src/${story}.txt`, text: `${RIGHT}\n`, say: `I write ${story}.` },
  { do: "run", command: commit(story, `build ${story}`) },
  { do: "say", text: `Built ${story}.` },
];

const planOf = (task: Task, request: ModelRequest): Plan => {
  switch (task.kind) {
    case "review":
      return reviewPlan(task, diffCommand(request));
    case "refine":
      return refinePlan(task.story);
    default:
      return buildPlan(task);
  }
};

const buildPlan = ({ story, prompt }: Task): Plan => {
  const storyFile = /^STORY_PATH: `([^`]+)`/m.exec(prompt)?.[1] ?? "";
  const text = story === FOUND_IN ? WRONG : RIGHT;
  return [
    { do: "write", path: `src/${story}.txt`, text: `${text}\n`, say: `I write ${story}.` },
    { do: "read", path: storyFile },
    { do: "replace", path: storyFile, from: "- [ ] Task 1 (AC: 1)", to: "- [x] Task 1 (AC: 1)" },
    { do: "run", command: "sh test.sh" },
    { do: "run", command: commit(story, `build ${story}`) },
    { do: "say", text: `Built ${story}.\n\n${CLAIM}` },
  ];
};

const reviewPlan = ({ story, prompts }: Task, diff: string): Plan => {
  const finds = story === FOUND_IN && prompts === 1;
  const finding = {
    severity: "high",
    file: `src/${story}.txt`,
    line: 1,
    title: "It says the wrong thing",
    detail: `It says "${WRONG}".`,
  };
  const verdict = finds ? { verdict: "changes", findings: [finding] } : { verdict: "approved", findings: [] };
  return [
    { do: "run", command: diff, say: `I look at ${story}.` },
    { do: "say", text: `Looked at ${story}.\n\n${block(verdict)}` },
  ];
};

const refinePlan = (story: string): Plan => [
  { do: "read", path: `src/${story}.txt` },
  { do: "replace", path: `src/${story}.txt`, from: WRONG, to: RIGHT },
  { do: "run", command: commit(story, `mend ${story}`) },
  { do: "say", text: `Mended ${story}.\n\n${CLAIM}` },
];

const commit = (story: string, words: string): string => {
  const short = /^\d+-\d+/.exec(story)?.[0] ?? story;
  return `git add -A && git commit -q -m "feat(${short}): ${words}"`;
};

const block = (value: unknown): string => `\`\`\`json\n${JSON.stringify(value)}\n\`\`\``;

export const CLAIM = block({ files: [], tests_added: 0, coverage: null });

const diffCommand = ({ said }: ModelRequest): string => {
  const prompts = said.flatMap((each) => (each.by === "user" ? [each.text] : []));
  return /`(git diff [^`]+)`/.exec(prompts.join("\n"))?.[1] ?? "git log -1";
};
