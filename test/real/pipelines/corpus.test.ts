import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { readStoryFile } from "../../../src/core/backlog/story-file.ts";
import { corpusFiles, hasCorpus } from "../../core/backlog/corpus.ts";
import { eachProject } from "../../support/each-project.ts";
import type { Project } from "../../support/project.ts";
import { scripted } from "../../support/steering.ts";
import { FOLDER, phasesOf, SEVEN, scriptPhases, sevenPhase, statusIn } from "./phases.ts";

vi.setConfig({ testTimeout: 240_000 });

let project: Project;
eachProject((made) => {
  project = made;
});

const STORIES = 20;
/** Stories whose boxes are all ticked: nothing is left to do there. */
const TICKED = 2;

interface RealStory {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** Lines of the boxes that are open, counted from 1. */
  readonly open: readonly number[];
}

/** Epics that no real story speaks of: what it says of others is about its own project. */
const FIRST_EPIC = 901;

const realStory = (name: string, bytes: Uint8Array, index: number): RealStory => {
  const slug = (name.split("__").at(-1) ?? "").replace(/\.md$/, "").replaceAll(/[^A-Za-z]+/g, "-");
  const open = readStoryFile(bytes).tasks.flatMap(({ done, line }) => (done ? [] : [line]));
  return { key: `${FIRST_EPIC + index}-1-${slug.replaceAll(/^-|-$/g, "").toLowerCase()}`, bytes, open };
};

/** All that have an open box, then those that have no box at all, then some that are ticked. */
const chosen = (): { readonly worked: readonly RealStory[]; readonly ticked: readonly RealStory[] } => {
  const all = corpusFiles("stories").map(({ name, bytes }, i) => realStory(name, bytes, i));
  const has = ({ bytes }: RealStory): boolean => readStoryFile(bytes).tasks.length > 0;
  const open = all.filter((story) => story.open.length > 0);
  const worked = [...open, ...all.filter((story) => !has(story))].slice(0, STORIES);
  return { worked, ticked: all.filter((story) => has(story) && story.open.length === 0).slice(0, TICKED) };
};

/** sed's words that tick those boxes, whatever stands in them. */
const ticks = ({ open }: RealStory): string => open.map((line) => `-e '${line}s/\\[[^]]*\\]/[x]/'`).join(" ");

const commitOf = (story: RealStory): string =>
  [
    ...(story.open.length === 0 ? [] : [`LC_ALL=C sed -i ${ticks(story)} "$STORYBOARD_STORY_FILE"`]),
    `git add -- "$STORYBOARD_STORY_FILE"; git commit -qm "chore($short): reconcile story completion" || true`,
    "echo reconciled",
  ].join("\n");

const linesOf = (bytes: Uint8Array): string[] => Buffer.from(bytes).toString("latin1").split("\n");

/** What the story file has to be but for its status: the open boxes are ticked. */
const withTicks = ({ bytes, open }: RealStory): string[] =>
  linesOf(bytes).map((line, i) => (open.includes(i + 1) ? line.replace(/\[[^\]]*\]/, "[x]") : line));

describe.skipIf(!hasCorpus)("real stories through seven phases", () => {
  test("twenty of them land as they are, and of their bytes only ticks and statuses change", async () => {
    const { worked, ticked } = chosen();
    expect(worked).toHaveLength(STORIES);
    expect(worked.filter(({ bytes }) => Buffer.from(bytes).includes("\r\n")).length).toBeGreaterThan(0);
    const all = [...worked, ...ticked];
    const entries = all.map(({ key }) => `  epic-${key.split("-")[0]}: backlog\n  ${key}: ready-for-dev\n`).join("");
    project
      .write(
        `${FOLDER}/sprint-status.yaml`,
        `project: Real\nstory_location: "${FOLDER}"\n\ndevelopment_status:\n${entries}`,
      )
      .write("storyboard.yaml", sevenPhase("max_workers: 4\norder: parallel\n"));
    for (const { key, bytes } of all) project.write(`${FOLDER}/${key}.md`, bytes);
    project.commit();
    scriptPhases(project, {
      BUILD: SEVEN.BUILD ?? "",
      ...Object.fromEntries(worked.map((story) => [`${story.key}.COMMIT`, commitOf(story)])),
    });
    const args = ["run", "--headless", "--mode", "autopilot"];
    const { status, stdout, stderr } = await project.storyboard(args, scripted(project), 200_000);
    expect([status, stderr], stdout).toEqual([0, ""]);
    for (const story of worked) {
      expect([story.key, ...phasesOf(project, story.key)]).toEqual([
        story.key,
        ...["PREPARE", "BUILD", "VERIFY", "COMMIT", "REFLECT"],
      ]);
      expect(project.read(`src/${story.key}.txt`)).toBe("one\ntwo\n");
    }
    for (const story of all) expectTrue(story);
    expect(ticked.flatMap(({ key }) => phasesOf(project, key))).toEqual([]);
    expect(project.git("status", "--porcelain")).toBe("");
  });
});

const expectTrue = (story: RealStory): void => {
  expect([story.key, statusIn(project, story.key)]).toEqual([story.key, "done"]);
  const wanted = withTicks(story);
  const now = linesOf(readFileSync(join(project.path, FOLDER, `${story.key}.md`)));
  expect(now.length).toBe(wanted.length);
  const others = now.filter((line, i) => line !== wanted[i]);
  expect(others.length, others.join("\n")).toBeLessThanOrEqual(1);
  for (const line of others) expect(line).toMatch(/\bdone\b/i);
};
