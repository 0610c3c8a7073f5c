import type { StoryTask } from "../model/story.ts";
import type { MarkdownLine } from "./markdown-lines.ts";

/** Most tasks that are kept of a story file. */
const STORY_TASKS_MAX = 1000;

const TAB_COLUMNS = 4;
const CHECKBOX = /^([\s>]*)(?:[-*+]|\d+[.)])[ \t]+\[([^\]\r\n])\](?:[ \t]+(.*)|[ \t]*)$/u;
const TASK_SECTION =
  /^(?:(?:implementation |development |dev )?tasks?(?: list| breakdown)?(?:\s*(?:\/|&|and|et|e|und)\s*(?:sub-?tasks?|acceptance(?: criteria)?))?|t(?:â|a)ches?(?:\s*\/\s*sous-t(?:â|a)ches?)?|任务(?:\s*[/／]\s*子任务)?|aufgaben(?:\s*\/\s*.*)?|tareas(?:\s*\/\s*.*)?|compiti(?:\s*\/\s*.*)?|attività(?:\s*\/\s*.*)?)(?:\s*[(（].*)?$/u;

/**
 * The checkboxes of a story's task section, subsections included; those in fenced code, comments and other sections
 * (criteria, definition of done) are none (formats.md 2.2). `[x]` and `[X]` are done; `[-]` and `[~]` are partly done
 * at best, so they are open. Depth counts the checkboxes that a box is indented under.
 */
export const readTasks = (lines: readonly MarkdownLine[]): readonly StoryTask[] => {
  const indents: number[] = [];
  return lines
    .filter(isTaskLine)
    .slice(0, STORY_TASKS_MAX)
    .flatMap((line) => {
      if (line.kind === "heading") indents.length = 0;
      const match = CHECKBOX.exec(line.text);
      return match === null ? [] : [toTask(line, match, indents)];
    });
};

const isTaskLine = (line: MarkdownLine): boolean =>
  (line.kind === "heading" || (line.kind === "text" && CHECKBOX.test(line.text))) && isTaskSection(line);

/** `indents` holds the columns of the boxes that this one may be under, outermost first; it is updated. */
const toTask = (line: MarkdownLine, match: RegExpExecArray, indents: number[]): StoryTask => {
  const indent = columnsOf(match[1] ?? "");
  while ((indents.at(-1) ?? -1) >= indent) indents.pop();
  const depth = indents.length;
  indents.push(indent);
  return { text: (match[3] ?? "").trim(), done: /^[xX✓✔☑]$/u.test(match[2] ?? ""), line: line.line, depth };
};

const isTaskSection = (line: MarkdownLine): boolean =>
  line.path.some(({ level, plain }) => level > 1 && TASK_SECTION.test(plain));

const columnsOf = (indent: string): number =>
  [...indent].reduce((columns, character) => columns + (character === "\t" ? TAB_COLUMNS : 1), 0);
