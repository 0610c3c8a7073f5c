import type { Finding } from "../../model/review.ts";
import type { PromptContext } from "./context.ts";
import { gateAdvice } from "./gate-advice.ts";
import { fenced, inline } from "./quote.ts";

/** Findings that one prompt names; the worst come first. */
const FINDINGS_MAX = 50;

/** Joins the sections of a prompt, without those that are empty. */
export const sections = (...parts: readonly string[]): string =>
  `${parts.filter((part) => part !== "").join("\n\n")}\n`;

/** A heading with lines below it, or nothing where there are no lines. */
export const list = (heading: string, items: readonly string[], marker: "-" | "number" = "-"): string =>
  items.length === 0
    ? ""
    : [`${heading}:`, ...items.map((item, i) => `${marker === "-" ? "-" : `${i + 1}.`} ${item}`)].join("\n");

/** Where the work belongs and where the story stands. */
export const contextSection = (context: PromptContext): string => {
  const { sprintFile, epic, languages } = context;
  return list("CONTEXT", [
    `Project: ${inline(context.projectName)}`,
    ...(sprintFile === undefined
      ? []
      : [`Sprint: ${inline(sprintFile)} (kept by storyboard; read it, never write it)`]),
    ...(epic === undefined ? [] : [`Epic: ${inline(epic)}`]),
    `Working folder: the current folder, a git worktree of your own. Work nowhere else.`,
    `Baseline commit: ${inline(context.baselineCommit)}`,
    ...(languages?.communication === undefined
      ? []
      : [`Language of your messages: ${inline(languages.communication)}`]),
    ...(languages?.documents === undefined ? [] : [`Language of documents: ${inline(languages.documents)}`]),
  ]);
};

/** The story: its file, or its text where the backlog holds it. */
export const storySection = ({ storyFile, storyText }: PromptContext): string =>
  [
    ...(storyFile === undefined ? [] : [`STORY_PATH: ${inline(storyFile)}`]),
    ...(storyText === undefined ? [] : [fenced("STORY", storyText)]),
  ].join("\n\n");

/** What storyboard checks when the turn has ended. */
export const evidenceSection = (context: PromptContext): string =>
  [
    list("When you have ended, storyboard itself checks (saying that it works is not enough)", [
      ...(context.evidence ?? []),
      ...Object.entries(context.gates).map(([name, command]) => `gate ${inline(name)} passes: ${inline(command)}`),
    ]),
    gateAdvice(context),
  ]
    .filter((part) => part !== "")
    .join("\n");

/** Who commits, and how. */
export const commitSection = ({ commits, commitSubject, sprintFile }: PromptContext): string => {
  const exception = sprintFile === undefined ? "" : ` Leave ${inline(sprintFile)} out of it.`;
  return commits === "agent"
    ? `COMMIT: commit all of your work on the current branch, with the subject ${inline(commitSubject)} (more than one commit is fine, if one has it). Leave nothing of the product uncommitted. Never push, never switch or rewrite the branch.${exception}`
    : "COMMIT: do not commit. Leave your work in the working folder; storyboard commits it. Never push, never switch the branch.";
};

/** How an agent asks, stops, or says that nothing is left to do. Read by `readFinalText`. */
export const SIGNALS_SECTION = `HOW TO END OTHERWISE (as the last paragraph of your final message, at the start of a line):
- To ask a person something that you cannot decide: \`QUESTION: <your question, with the choices you see>\`. The story waits and the answer reaches you in this session.
- To halt: \`HALT: <the reason, and what would help>\`.
- If everything the story asks for was there before you began: a line \`ALREADY_DONE\`.`;

/** The block that `readBuildClaim` reads. As it stands here it is no claim, for an agent that echoes its prompt. */
export const BUILD_BLOCK_SECTION = `When you are done, end your final message with this block (one entry a file you created or changed; null where you do not know):
\`\`\`json
{"files": [{"path": "<path>", "lines": "<from-to>", "why": "<one short reason>"}], "tests_added": <number>, "coverage": "<percent>"}
\`\`\``;

/** The block that `readVerdict` reads. As it stands here it is no verdict, so an agent that echoes its prompt approves nothing. */
export const VERDICT_BLOCK_SECTION = `End your final message with exactly one block of this form. Without it the review counts as failed.
\`\`\`json
{"verdict": "approved|changes", "findings": [{"severity": "critical|high|medium|low", "file": "<path>", "line": 1, "title": "<short and stable>", "detail": "<what is wrong, and how to see it>"}]}
\`\`\`
"verdict" is "changes" where anything has to change before the work may land, else "approved"; findings may be empty.`;

/** The acceptance criteria as material. */
export const criteriaSection = ({ acceptanceCriteria }: PromptContext): string =>
  acceptanceCriteria.length === 0
    ? ""
    : fenced("ACCEPTANCE CRITERIA", acceptanceCriteria.map((criterion, i) => `${i + 1}. ${criterion}`).join("\n"));

/** Findings as material, the worst first. */
export const findingsSection = (what: string, findings: readonly Finding[]): string => {
  const ordered = [...findings].sort((a, b) => SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity]);
  const shown = ordered.slice(0, FINDINGS_MAX).map(describeFinding);
  const left = ordered.length - shown.length;
  return fenced(what, [...shown, ...(left > 0 ? [`(and ${left} more)`] : [])].join("\n"));
};

const SEVERITY_ORDER = { critical: 0, high: 1, medium: 2, low: 3 } as const;

const describeFinding = (finding: Finding, index: number): string => {
  const place =
    finding.file === undefined ? "" : ` ${finding.file}${finding.line === undefined ? "" : `:${finding.line}`}`;
  const detail = finding.detail === undefined ? "" : `\n   ${finding.detail.replaceAll("\n", "\n   ")}`;
  return `${index + 1}. [${finding.severity}]${place} ${finding.title}${detail}`;
};
