import { shortNameOf } from "../../core/model/story-key.ts";
import type { StoryItem } from "./guide.ts";

/** What the demo says before it begins. */
export const introduction = (project: string, isKept: boolean): string => `
storyboard demo: a small sprint from start to end, with everything real but the agents.

  Eight stories become a cook book for the command line: three at a time, each in a git worktree of
  its own, built by one agent, tested by storyboard, reviewed by another agent, landed through a merge
  queue. The agents are part of storyboard; they need no account and no network, and their tokens and
  costs are made up.

  Watch for a story that asks (1-3), two that clash when they land (1-1 and 1-2), one that is not as
  done as its agent says (2-1), and a mistake that only the review finds (2-2). Nobody has to do
  anything: where nobody decides, the demo does, within a minute.

  The project is ${project}${isKept ? "." : ",\n  and goes when the demo ends (--keep keeps it). Meanwhile it can be looked at from a second terminal:"}
    storyboard status --project ${project}

`;

/** What the demo says when it decides in a person's place. */
export const decisionLine = ({ story }: StoryItem, answer: string): string => {
  const key = shortNameOf(story);
  return `▸ The demo answers ${key}: ${answer}\n`;
};

/** What the demo says when all went well. */
export const conclusion = (sentences: readonly string[], keptIn: string | undefined): string => `
What you saw:
${sentences.map((sentence) => `  - ${sentence}`).join("\n")}

What to try next:
${[...(keptIn === undefined ? ["storyboard demo --keep       keep the project, and look at its history and its code"] : lookingAt(keptIn)), ...NEXT].map((line) => `  ${line}`).join("\n")}
`;

const NEXT: readonly string[] = [
  "storyboard plan              in a project of yours with a BMAD sprint: what would run, and in which order",
  "storyboard run               the same for real, with the agent that storyboard.yaml names",
  "storyboard --help            everything else",
];

const lookingAt = (project: string): readonly string[] => [
  `cd ${project}`,
  "git log --graph --oneline    the stories as they landed",
  "storyboard logs 2-1          what an agent said",
  "node bin/recipes.js show recipes/pancakes.md --serves 2",
];

/** What the demo says when it did not come to its end, and its project goes. */
export const STOPPED =
  "\nThe demo was stopped. Its project is removed, so there is nothing to resume; storyboard demo begins anew.\n";

/** Where a project is that was asked to be kept; `home` where its worktrees are kept, too. */
export const keptLine = (project: string, home: string | undefined): string =>
  `storyboard: the demo's project is kept in ${project}${home === undefined ? "" : `, its worktrees below ${home}`}\n`;
