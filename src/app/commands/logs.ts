import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createSecretMask } from "../../core/agents/mask-secrets.ts";
import { JOB_FILES } from "../../core/jobs/job.ts";
import { openTranscript } from "../../core/jobs/transcript-file.ts";
import { tailTranscript } from "../../core/jobs/transcript-tail.ts";
import { plainText } from "../../core/model/plain-text.ts";
import { findStoryKey } from "../../core/model/story-key.ts";
import type { ProjectOptions } from "../command-line/parsed-command.ts";
import { lookAtRun, newestRun, readRun, runIds, type StoredRun } from "../lead/runs.ts";
import { meantKey, noRun } from "./meant.ts";
import type { CommandOutput } from "./output.ts";
import { projectFolder } from "./project.ts";
import { snapshotOf } from "./status.ts";

const POLL_MS = 250;

/** `storyboard logs KEY [-f]`: what a story's agents said, turn by turn; `-f` goes on until the story ends. */
export const logsCommand = async (
  story: string,
  options: ProjectOptions & { readonly follow: boolean },
  { out }: CommandOutput,
): Promise<number> => {
  const project = projectFolder(options);
  const newest = newestRunWith(project, story);
  if (newest === undefined) throw noRun();
  const key = meantKey(
    story,
    newest.file.stories.map((candidate) => candidate.key),
  );
  const shown = new Set<string>();
  for (;;) {
    const jobs = jobsOf(newest, key).filter((job) => !shown.has(job));
    for (const job of jobs) {
      shown.add(job);
      await printJob(newest, job, out, options.follow);
    }
    if (!options.follow || (await hasEnded(project, key))) break;
    await sleep(POLL_MS);
  }
  if (shown.size === 0) {
    const turns = lookAtRun(newest).state.stories.get(key)?.turns ?? 0;
    out(
      turns === 0 ? `${key} has had no turn yet.\n` : `The transcripts of ${key} were removed by storyboard clean.\n`,
    );
  }
  return 0;
};

/** The newest run that has the story, else the newest of all: a later run goes on with what was not done. */
const newestRunWith = (project: string, story: string): StoredRun | undefined => {
  for (const run of runIds(project).reverse()) {
    const stored = readRun(project, run);
    const keys = stored?.file.stories.map(({ key }) => key) ?? [];
    if (stored !== undefined && findStoryKey(story, keys) !== undefined) return stored;
  }
  return newestRun(project);
};

/** A story's turns in the order in which they began. */
const jobsOf = ({ directory }: StoredRun, key: string): string[] => {
  const folder = join(directory, "jobs");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .filter((name) => name.startsWith(`${key}.`) && /^\.\d+\.[A-Z]+-\d+(~\d+)?$/.test(name.slice(key.length)))
    .map((name) => ({ name, at: statSync(join(folder, name)).birthtimeMs }))
    .sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
};

const printJob = async (
  { directory }: StoredRun,
  job: string,
  out: (text: string) => void,
  follow: boolean,
): Promise<void> => {
  out(`--- ${job}\n`);
  const mask = createSecretMask(process.env);
  const folder = join(directory, "jobs", job);
  const cutBytes = bytesCutFrom(join(folder, JOB_FILES.transcript));
  if (cutBytes > 0) out(`… ${cutBytes} bytes were cut off here (limits.transcript_mb)\n`);
  const tail = tailTranscript(join(folder, JOB_FILES.transcript), {
    transcriptBytesMax: Number.MAX_SAFE_INTEGER,
    onLines: (lines) => out(lines.map((line) => `${mask(plainText(line))}\n`).join("")),
  });
  while (follow && !existsSync(join(folder, JOB_FILES.exit))) {
    await tail.poll();
    await sleep(POLL_MS);
  }
  await tail.finish();
};

const bytesCutFrom = (file: string): number => {
  const transcript = openTranscript(file);
  try {
    return transcript?.begin() ?? 0;
  } finally {
    transcript?.close();
  }
};

const hasEnded = async (project: string, key: string): Promise<boolean> => {
  const { status } = await snapshotOf(project);
  const story = status.stories.find((candidate) => candidate.key === key);
  return (
    status.state === "ended" ||
    status.state === "lead-lost" ||
    !["queued", "running", "waiting"].includes(story?.status ?? "")
  );
};
