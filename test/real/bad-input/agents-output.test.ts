import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonLines, Project } from "../../support/project.ts";
import { outcome, type StoryStatus, scriptedSprint, storiesOf } from "./scripts.ts";
import { until, withProject } from "./support.ts";

/** Every byte that could move a cursor, set a title, or fill a clipboard. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** A beat that goes on until its process is killed; a file in place of a process id, which a zombie would keep. */
const beat = (file: string): string => `while :; do date +%s%N > "${file}"; sleep 0.05; done`;

const SCRIPTS = {
  "1-1-terminal-escapes": String.raw`printf '\033[31mred\033[0m\033]0;title\007 \033[2J\033]52;c;aGFja2Vk\033\\ over\rwritten \302\233m\342\200\256 end\n'; build; printf '\033[1mbold'`,
  "1-2-invalid-utf-8": String.raw`printf 'bad \377\376 \300\257 bytes\n'; build`,
  "1-3-no-newline": "build; printf 'no newline at the end'",
  "1-4-long-line": "head -c 20000000 /dev/zero | tr '\\0' x; echo; build",
  "1-5-forks-away": `setsid env -i PATH="$PATH" sh -c '${beat("HEART")}' </dev/null >/dev/null 2>&1 & until [ -e HEART ]; do sleep 0.02; done; build`,
  "1-6-leaves-a-server": `sh -c '${beat("SERVER")}' & until [ -e SERVER ]; do sleep 0.02; done; build`,
};

describe("agents that print and leave what they should not", () => {
  let project: Project;
  let ran: Awaited<ReturnType<Project["storyboard"]>>;
  let stories: ReadonlyMap<string, StoryStatus>;

  beforeAll(async () => {
    project = new Project();
    const inBase = (script: string): string =>
      script.replaceAll("HEART", join(project.base, "heart")).replaceAll("SERVER", join(project.base, "server"));
    const scripts = Object.fromEntries(Object.entries(SCRIPTS).map(([key, script]) => [key, inBase(script)]));
    ran = await project.storyboard(["run", "--json"], scriptedSprint(project, scripts));
    stories = await storiesOf(project);
  });
  afterAll(() => project.remove());

  test("each of them lands: strange output is nothing against the work", () => {
    expect(ran).toMatchObject({ status: 0, stderr: "" });
    for (const key of Object.keys(SCRIPTS)) expect([key, outcome(stories, key)]).toEqual([key, "done"]);
  });

  test("no control character reaches stdout, a JSON text or the log", async () => {
    const feed = jsonLines(ran.stdout).filter((line) => line.type === "feed");
    expect(ran.stdout).not.toMatch(CONTROL);
    for (const { text } of feed) expect(text).not.toMatch(CONTROL);
    const mine = feed.filter((line) => line.story === "1-1-terminal-escapes").map((line) => String(line.text));
    expect(mine.join("\n")).toMatch(/red.*over.*written.*end.*bold/s);
    expect(mine.join("\n")).not.toMatch(/title|aGFja2Vk|\u202e/);
    const { stdout } = await project.storyboard(["logs", "1-1"]);
    expect(stdout).not.toMatch(CONTROL);
    expect(stdout).not.toMatch(/title|aGFja2Vk|\u202e/);
    expect(stdout).toContain("bold");
  });

  test("bytes that are no UTF-8 are replaced, a last line without an end counts, a long one is cut", async () => {
    const texts = jsonLines(ran.stdout).filter((line) => line.type === "feed");
    const of = (story: string): string[] =>
      texts.filter((line) => line.story === story).map((line) => String(line.text));
    expect(of("1-2-invalid-utf-8")[0]).toMatch(/^bad \ufffd+ \ufffd+ bytes$/);
    expect(of("1-3-no-newline")).toContain("no newline at the end");
    expect(of("1-4-long-line").every((text) => text.length <= 500)).toBe(true);
    expect((await project.storyboard(["logs", "1-4"])).stdout).toContain("built 1-4-long-line");
  });

  test("nothing that an agent left running lives on: not what forked away without its environment, not a server", async () => {
    for (const name of ["heart", "server"]) {
      const file = join(project.base, name);
      const last = readFileSync(file, "utf8");
      const lastMs = statSync(file).mtimeMs;
      // Many beats long: one that lived would have written again.
      await until("half a second after the end", () => Date.now() - lastMs > 500);
      expect(readFileSync(file, "utf8")).toBe(last);
    }
  });
});

/** Far below what is printed; a lead that only waits takes about half of it. */
const MEMORY_MAX_KB = 180 * 1024;

/** A gigabyte takes its time on a machine that does other things as well. */
const GIGABYTE_LIMIT_MS = 180_000;

describe("agents that do not stop talking", () => {
  const flood = (bytes: number): string =>
    `yes 'a line of the length that a line of a log usually has, more or less' | head -c ${bytes}; build`;

  test(
    "a gigabyte: the story is built, memory stays bounded and the transcript below its limit",
    () =>
      withProject(async (project) => {
        const environment = scriptedSprint(project, { "1-1-flood": flood(1_000_000_000) });
        const lead = project.start(["run"], environment);
        lead.stdout.resume();
        let peakKb = 0;
        const looking = setInterval(() => {
          peakKb = Math.max(peakKb, peakMemoryKb(lead.pid));
        }, 20);
        const status = await new Promise((resolve) => lead.on("close", resolve));
        clearInterval(looking);
        expect(status).toBe(0);
        expect(outcome(await storiesOf(project), "1-1-flood")).toBe("done");
        expect(peakKb).toBeLessThan(MEMORY_MAX_KB);
        expect(transcriptBytes(project, "1-1-flood")).toBeLessThan(210 * 1024 * 1024);
      }),
    GIGABYTE_LIMIT_MS,
  );

  test("beyond limits.transcript_mb the beginning goes, at ten times that the turn is stopped, and both are said", () =>
    withProject(async (project) => {
      const environment = scriptedSprint(
        project,
        { "1-1-much": flood(4_000_000), "1-2-without-end": "yes without end" },
        "max_retry_per_story: 1\nlimits: { transcript_mb: 1 }\n",
      );
      const { status, stdout } = await project.storyboard(["run"], environment);
      const stories = await storiesOf(project);
      expect(status).toBe(1);
      expect(outcome(stories, "1-1-much")).toBe("done");
      expect(stories.get("1-2-without-end")?.error).toMatchObject({
        type: "LimitError",
        message: expect.stringContaining("the agent printed more than ten times limits.transcript_mb"),
      });
      expect(stdout).toContain("Raise the limit in storyboard.yaml (limits); it holds for new runs (--fresh).");
      for (const key of ["1-1-much", "1-2-without-end"]) {
        expect(transcriptBytes(project, key)).toBeLessThan(3 * 1024 * 1024);
      }
      expect((await project.storyboard(["logs", "1-1"])).stdout.slice(0, 400)).toMatch(
        /… \d+ bytes were cut off here \(limits\.transcript_mb\)/,
      );
    }));
});

const peakMemoryKb = (pid: number | undefined): number => {
  const path = `/proc/${pid}/status`;
  if (!existsSync(path)) return 0;
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(path, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
};

const transcriptBytes = (project: Project, key: string): number => {
  const run = readdirSync(join(project.path, ".storyboard/runs"))[0] ?? "";
  const jobs = join(project.path, ".storyboard/runs", run, "jobs");
  const job = readdirSync(jobs).find((name) => name.startsWith(`${key}.1.BUILD-`)) ?? "";
  return statSync(join(jobs, job, "transcript")).blocks * 512;
};
