import { loadBacklog } from "../../core/backlog/load-backlog.ts";
import { orderBacklog } from "../../core/backlog/order.ts";
import type { Config } from "../../core/model/config.ts";
import { counted } from "../../core/model/counted.ts";
import type { Backlog, Story } from "../../core/model/story.ts";
import { checkStoryKey } from "../../core/model/story-key.ts";
import { doneBefore } from "../commands/new-run.ts";
import { type ChosenStories, chooseStories } from "../lead/choose-stories.ts";
import { examine, type Finding } from "./finding.ts";

/** Stories and remarks that are listed of each kind. */
const LISTED_MAX = 20;

const AREA = "backlog";

/** What a backlog check found; the stories are those that a start without options would run. */
export interface BacklogCheck {
  readonly backlog?: Backlog;
  readonly stories: readonly Story[];
  readonly findings: readonly Finding[];
}

/** The backlog, its stories, and what a start without any option would run of them. */
export const checkBacklog = async (project: string, config: Config): Promise<BacklogCheck> => {
  const { found: read, problems } = await examine({ area: AREA, subject: "source" }, () =>
    loadBacklog(project, config),
  );
  if (read === undefined) return { stories: [], findings: problems };
  const before = doneBefore(project, config);
  const chosen = await examine({ area: AREA, subject: "stories" }, () => chooseStories(read, OPTIONS, before));
  const { backlog, ...selected } = chosen.found ?? { backlog: read, chosen: [], left: [] };
  const ordered = await examine({ area: AREA, subject: "order" }, () => {
    for (const { key } of selected.chosen) checkStoryKey(key, "backlog");
    return orderBacklog(selected.chosen, config.order === "sequential" ? "parallel" : config.order);
  });
  const notes = [...backlog.notes, ...(ordered.found?.notes ?? [])];
  return {
    backlog,
    stories: ordered.found?.stories ?? [],
    findings: [
      { area: AREA, subject: "source", state: "ok", text: sourceWords(backlog) },
      ...chosen.problems,
      ...(chosen.found === undefined ? [] : selection(selected)),
      ...ordered.problems,
      ...bounded(notes.map((text) => ({ area: AREA, subject: "remark", state: "note", text }))),
    ],
  };
};

const OPTIONS = { epic: undefined, stories: undefined, mode: undefined, includeBacklog: false };

const sourceWords = ({ source, sprintFile, stories }: Backlog): string => {
  const counts = new Map<string, number>();
  for (const { rawStatus } of stories) counts.set(rawStatus, (counts.get(rawStatus) ?? 0) + 1);
  const words = [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
  const from = sprintFile ?? (source === "storyboard" ? "storyboard.yaml" : source);
  return `${from}: ${counted(stories.length, "story", "stories")}${words === "" ? "" : ` (${words})`}`;
};

const selection = ({ chosen, left, nothingToDo }: Omit<ChosenStories, "backlog">): Finding[] => {
  const cannot = chosen.length === 0 && nothingToDo === undefined;
  const words =
    nothingToDo ?? (cannot ? "none can start" : `a run would take ${chosen.map(({ key }) => key).join(", ")}`);
  return [
    { area: AREA, subject: "stories", state: cannot ? "problem" : nothingToDo ? "note" : "ok", text: words },
    ...bounded(
      left.map(({ key, why, whatToDo, isProblem }) => {
        const state = isProblem ? (cannot ? "problem" : "note") : "ok";
        return { area: AREA, subject: key, state, text: `is left: ${why}`, remedy: whatToDo };
      }),
    ),
  ];
};

const bounded = (findings: readonly Finding[]): Finding[] => {
  const more = findings.length - LISTED_MAX;
  if (more <= 0) return [...findings];
  return [
    ...findings.slice(0, LISTED_MAX),
    { area: AREA, subject: "more", state: "note", text: `${more} more of them`, remedy: "See: storyboard plan" },
  ];
};
