import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { KeptFiles } from "../../../src/core/engine/kept-files/kept-files.ts";
import type { RunFile } from "../../../src/core/engine/run-file.ts";
import type { Story } from "../../../src/core/model/story.ts";
import { Project, writeSprint } from "../../support/project.ts";

const SPRINT = "_bmad-output/implementation-artifacts/sprint-status.yaml";

let project: Project;
afterEach(() => {
  vi.useRealTimers();
  project.remove();
});

test("statuses that are set again at the end bear the time that was committed, whatever the clock says by then", async () => {
  project = new Project();
  writeSprint(project, [{ key: "1-1-a" }]);
  project.commit();
  const story = { key: "1-1-a", title: "A", tasks: [], acceptanceCriteria: [], dependsOn: [] } as unknown as Story;
  // Only what keeping the sprint's files looks at.
  const run = {
    project: project.path,
    source: "bmad",
    sprintFile: SPRINT,
    stories: [story],
    target: { branch: "main", commit: project.git("rev-parse", "HEAD") },
    config: { evidence: {} },
  } as unknown as RunFile;
  const kept = new KeptFiles(run, "", join(project.path, ".storyboard/runs/r"), new Map());
  const landing = { story, status: "done", deferred: [], lessons: [] } as unknown as Parameters<KeptFiles["landed"]>[0];
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-03-01T12:00:59") });
  const commit = await kept.bookkeeping(async (path) => Buffer.from(project.read(path)), landing);
  const committed = Buffer.from(commit?.files.get(SPRINT) ?? []).toString("utf8");
  expect(committed).toMatch(/last_updated: .*12:00/);
  kept.landed(landing);
  writeFileSync(join(project.path, SPRINT), committed.replace("1-1-a: done", "1-1-a: review"));
  vi.setSystemTime(new Date("2026-03-01T12:01:01"));
  await kept.setAgain();
  expect(project.read(SPRINT)).toBe(committed);
});
