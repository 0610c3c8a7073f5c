import type { Line, Tone } from "../../components/props.ts";
import type { RunFile } from "../../core/engine/run-file.ts";
import { counted } from "../../core/model/counted.ts";
import { displayWidth, padToWidth } from "../../core/model/display-width.ts";
import { turnPhases } from "../../core/model/pipeline.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import { limitWords, roleLines, setupWords } from "../headless/start-block.ts";
import type { ScreenFacts } from "./view-model.ts";
import type { PageContent } from "./view-model-page.ts";
import { entryLines, span } from "./view-model-text.ts";

const INDENT = 12;
const LABEL_COLUMNS_MAX = 24;
/** Uncommitted paths and dependencies that are named. */
const NAMED_MAX = 5;

/** What a run will do, before the first start: roles and places first, then every story in order. */
export const confirmContent = (facts: ScreenFacts, columns: number): PageContent => {
  const { file } = facts;
  const { policy } = file;
  const entry = (name: string, value: string, tone: Tone = "plain"): Line[] =>
    entryLines(name, plainLine(value), { columns, indent: INDENT, tone });
  const isReviewed = turnPhases(policy.pipeline).some(({ evidence }) => evidence === "verdict");
  return {
    title: `Start ${counted(file.stories.length, "story", "stories")}?`,
    lines: [
      ...entry("Pipeline", `${policy.pipeline.name}: ${policy.pipeline.phases.map((phase) => phase.name).join(" ")}`),
      ...entry("Workers", `${policy.maxWorkers} at most`),
      ...roleLines(file).flatMap(([role, words]) => entry(role, words)),
      ...(isReviewed ? [] : entry("Reviewer", "none: nobody looks at the work before it lands", "warn")),
      ...entry("Target", `${file.target.branch} at ${file.target.commit.slice(0, 7)}`),
      ...uncommittedEntry(facts.uncommitted, entry),
      ...gateEntries(file, entry),
      ...entry("Set-up", setupWords(file)),
      ...entry("Limits", limitWords(file)),
      ...file.notes.flatMap((note) => entry("Note", note, "warn")),
      ...file.left.flatMap(({ key, why }) => entry("Left out", `${key}: ${why}`, "quiet")),
      [],
      ...storyLines(facts, columns),
    ],
  };
};

type Entry = (name: string, value: string, tone?: Tone) => Line[];

const uncommittedEntry = (paths: readonly string[], entry: Entry): Line[] => {
  if (paths.length === 0) return entry("Changes", "none uncommitted");
  const named = paths.slice(0, NAMED_MAX).join(", ");
  const more = paths.length > NAMED_MAX ? ` and ${paths.length - NAMED_MAX} more` : "";
  return entry("Changes", `${counted(paths.length, "file")} uncommitted, left alone: ${named}${more}`, "warn");
};

const gateEntries = ({ gates }: RunFile, entry: Entry): Line[] =>
  gates.length === 0
    ? entry("Gates", "none found: no test or check of the project is run", "warn")
    : gates.flatMap((gate, index) => entry(index === 0 ? "Gates" : "", `${gate.name}: ${gate.run}  (${gate.foundIn})`));

/** The stories in the order of the backlog, with what each one waits for. */
const storyLines = ({ file, label }: ScreenFacts, columns: number): Line[] => {
  const width = Math.min(
    LABEL_COLUMNS_MAX,
    Math.max(0, ...file.stories.map((story) => displayWidth(label(story.key)))),
  );
  return file.stories.map((story): Line => {
    const after = [...new Set(story.dependsOn.map(({ key }) => label(key)))];
    const named = after.slice(0, NAMED_MAX).join(", ") + (after.length > NAMED_MAX ? ", …" : "");
    const isNarrow = columns < 60;
    return [
      span(`${padToWidth(label(story.key), width)}  `, "active"),
      span(plainLine(story.title)),
      ...(after.length === 0 || isNarrow ? [] : [span(`   after ${named}`, "quiet")]),
    ];
  });
};
