import { plainLine } from "../../core/model/plain-text.ts";
import { openRepository } from "../../core/workspace/inspect-repository.ts";
import type { SelectionOptions } from "../command-line/parsed-command.ts";
import { recallRun, runIds } from "../lead/runs.ts";
import type { PastTiming } from "../planning/durations.ts";
import { formatPlan } from "../planning/format-plan.ts";
import { pastTimings } from "../planning/past-timings.ts";
import { planOf } from "../planning/plan-document.ts";
import { newRun } from "./new-run.ts";
import type { CommandOutput } from "./output.ts";
import { projectFolder } from "./project.ts";

/** Earlier runs whose timings count. */
const RUNS_LOOKED_AT = 10;

/** `storyboard plan`: what would run, without running it. */
export const planCommand = async (
  options: SelectionOptions & { readonly json: boolean },
  { out, columns }: CommandOutput,
): Promise<number> => {
  const project = projectFolder(options);
  const repository = await openRepository(project);
  const created = await newRun(options, repository);
  if (created.kind === "nothing") {
    const reasons = created.left.map(({ key, why, whatToDo }) => `  ${key}: ${why}. ${whatToDo}\n`).join("");
    const empty = { v: 1, stories: [], critical_path: [], makespan: [], clashes: [] };
    out(options.json ? `${JSON.stringify(empty)}\n` : `${created.message}\n${reasons}`);
    return created.exit;
  }
  const { stories, policy, notes, left } = created.file;
  const document = planOf(stories, policy, timingsOf(repository.project));
  if (options.json) {
    out(`${JSON.stringify(document)}\n`);
    return 0;
  }
  out(formatPlan(document, columns));
  for (const note of notes) out(`note: ${plainLine(note)}\n`);
  for (const { key, why, whatToDo } of left) out(`left out: ${key}: ${why}. ${whatToDo}\n`);
  return 0;
};

const timingsOf = (project: string): PastTiming[] =>
  runIds(project)
    .slice(-RUNS_LOOKED_AT)
    .flatMap((run) => {
      const earlier = recallRun(project, run);
      return earlier === undefined ? [] : pastTimings(earlier.events, earlier.file.stories);
    });
