import { posix } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { setSprintStatuses } from "../../../src/core/backlog/set-sprint-statuses.ts";
import { readSprintFile, type SprintEntry } from "../../../src/core/backlog/sprint-file.ts";
import { corpusFiles, hasCorpus } from "../../core/backlog/corpus.ts";
import { readByLine } from "../../core/backlog/second-reader.ts";
import { agentConfiguration, Project } from "../../support/project.ts";
import { scripted } from "../landing/support.ts";

/** A set of real files: the sprint file by the start of its name, where it is put, and the stories that are run. */
interface RealSet {
  readonly name: string;
  /** Where the file of that name lies in its project. */
  readonly path: string;
  /** Starts of the keys that are chosen; stories whose files are real are always among them. */
  readonly keys: readonly string[];
}

const SETS: readonly RealSet[] = [
  // CRLF line ends, ids such as p2-1-1.
  {
    name: "jatson__QuakeShell",
    path: "docs/implementation-artifacts/sprint-status.yaml",
    keys: ["p2-1-1", "p2-2-", "1-1-"],
  },
  // ids such as tsr-1-1 in epics such as epic-tsr-1.
  { name: "LucaDeLeo__aiobituaries", path: "docs/sprint-artifacts/sprint-status.yaml", keys: ["tsr-1-", "tsr-2-"] },
  // ids such as quality-1, in a hidden folder.
  { name: "chrisns__govreposcrape", path: ".bmad-ephemeral/sprint-status.yaml", keys: ["quality-", "1-1-"] },
  // Entries that are objects with several fields.
  { name: "steveyegge__beads", path: "_bmad-output/sprint-status.yaml", keys: ["1-", "2-1"] },
  // Entries that are objects with dependencies.
  { name: "Jack-R-Hong__BMM-opencode", path: "sprint-status.yaml", keys: ["1-", "2-"] },
  // A long comment behind nearly every value, some of them glued to it.
  {
    name: "jschulte__usmax-nda",
    path: "_bmad-output/implementation-artifacts/sprint-artifacts/sprint-status.yaml",
    keys: ["1-1", "2-", "3-1"],
  },
  // Split stories, real ones among them, under a name that ends with .yml.
  {
    name: "Alberto-Codes__adk-secure-sessions",
    path: "docs/.bmad/sprint-status.yml",
    keys: ["1-6", "2-"],
  },
  // Split stories (1-6b) and epics with a letter (epic-1b).
  { name: "vleletko__planner", path: "_bmad-output/implementation-artifacts/sprint-status.yaml", keys: ["1b-", "1-6"] },
];

/** Stories of one start that are chosen, and in all. */
const EACH_MAX = 2;
const ALL_MAX = 5;

const CRLF = /\r\n/;

const readableSprint = (name: string): Uint8Array => {
  for (const file of corpusFiles("sprint-status").toReversed()) {
    if (!file.name.startsWith(name)) continue;
    try {
      readSprintFile(file.bytes, file.name);
      return file.bytes;
    } catch {
      // Another version of the same file can be read.
    }
  }
  throw new Error(`no readable sprint file of ${name}`);
};

const stemOf = (fileName: string): string => (fileName.split("__").at(-1) ?? "").replace(/\.md$/, "");

const chosenOf = (entries: readonly SprintEntry[], { name, keys }: RealSet): string[] => {
  const stories = entries.filter(({ kind }) => kind === "story").map(({ key }) => key);
  const project = name.split("__").slice(0, 2).join("__");
  const files = corpusFiles("stories").filter((file) => file.name.startsWith(`${project}__`));
  const real = stories.filter((key) => files.some((file) => stemOf(file.name) === key));
  const others = keys.flatMap((start) => stories.filter((key) => key.startsWith(start)).slice(0, EACH_MAX));
  return [...new Set([...real.slice(0, EACH_MAX), ...others])].slice(0, ALL_MAX);
};

/** The real story file with its boxes open again, or one that is made up. */
const storyText = (name: string, key: string, isCrlf: boolean): Uint8Array => {
  const project = name.split("__").slice(0, 2).join("__");
  const real = corpusFiles("stories").find((file) => file.name === `${project}__${key}.md`);
  if (real !== undefined)
    return Buffer.from(
      Buffer.from(real.bytes)
        .toString("latin1")
        .replaceAll(/\[[xX]\]/g, "[ ]"),
      "latin1",
    );
  const text = `# Story ${key}\n\nStatus: ready-for-dev\n\n## Acceptance Criteria\n1. It is there.\n\n## Tasks / Subtasks\n- [ ] Do it (AC: 1)\n`;
  return Buffer.from(isCrlf ? text.replaceAll("\n", "\r\n") : text);
};

const BUILD = `mkdir -p src && echo x > "src/$STORYBOARD_STORY.txt"
sed -i 's/\\[[ ~-]\\]/[x]/' "$STORYBOARD_STORY_FILE"
git add -A && git commit -q -m "feat($STORYBOARD_STORY): build it"
echo built`;

let project: Project | undefined;
afterEach(() => project?.remove());

describe.skipIf(!hasCorpus)("real sprints run whole", () => {
  test.each(SETS.map((set) => [set.name, set] as const))(
    "%s: exactly the chosen stories are done, and every other byte is as it was",
    async (_, set) => {
      project = new Project();
      const bytes = readableSprint(set.name);
      const entries = readSprintFile(bytes, set.path).entries;
      const chosen = chosenOf(entries, set);
      expect(chosen.length).toBeGreaterThanOrEqual(3);
      const ready = new Map(chosen.map((key) => [key, "ready-for-dev"] as const));
      const before = setSprintStatuses(bytes, ready, { now: new Date(0), allowDowngrade: true }).bytes;
      const isCrlf = CRLF.test(Buffer.from(bytes).toString("latin1"));
      project.write(set.path, before).write("storyboard.yaml", agentConfiguration());
      for (const key of chosen) {
        project.write(posix.join(posix.dirname(set.path), `${key}.md`), storyText(set.name, key, isCrlf));
      }
      project.commit();
      const environment = scripted(project, { BUILD });
      const args = ["run", "--headless", "--stories", chosen.join(",")];
      const { status, stdout, stderr } = await project.storyboard(args, environment);
      expect([status, stderr], stdout).toEqual([0, ""]);
      const [old = "", now = ""] = [Buffer.from(before).toString("latin1"), latin1(project, set.path)];
      expectOnlyChosen(old, now, chosen, entries);
      const built = project
        .git("log", "--format=%s")
        .split("\n")
        .flatMap((subject) => /^feat\((.*)\): build it$/.exec(subject)?.[1] ?? []);
      expect(built.toSorted()).toEqual(chosen.toSorted());
      expect(project.git("status", "--porcelain")).toBe("");
    },
  );
});

const latin1 = (of: Project, path: string): string => Buffer.from(of.read(path), "utf8").toString("latin1");

const expectOnlyChosen = (
  old: string,
  now: string,
  chosen: readonly string[],
  entries: readonly SprintEntry[],
): void => {
  const [oldLines, nowLines] = [old, now].map((text) => text.split("\n"));
  expect(nowLines?.length).toBe(oldLines?.length);
  const epics = new Set(
    entries.flatMap(({ key, kind, epic }) =>
      kind === "epic" && chosen.some((story) => entries.find((entry) => entry.key === story)?.epic === epic)
        ? [key]
        : [],
    ),
  );
  const [before, after] = [old, now].map(readByLine);
  expect(before && after && [...after.keys()]).toEqual([...(before?.keys() ?? [])]);
  for (const [key, word] of after ?? []) {
    if (epics.has(key)) continue;
    expect(`${key} ${word}`).toBe(`${key} ${chosen.includes(key) ? "done" : before?.get(key)}`);
  }
  const changed = (oldLines ?? []).flatMap((line, i) => (line === nowLines?.[i] ? [] : [[line, nowLines?.[i] ?? ""]]));
  for (const [was = "", is] of changed) {
    const isStamp = /^(# *)?last_updated:/.test(was);
    const isEpic = [...epics].some((epic) => was.trimStart().replace(/^["']/, "").startsWith(epic));
    if (!isStamp && !isEpic) expect(is).toBe(was.replace("ready-for-dev", "done"));
  }
};
