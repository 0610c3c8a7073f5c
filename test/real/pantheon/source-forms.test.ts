import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { MadeStory, Project, Ran } from "../../support/project.ts";
import { FOLDER, workerConfiguration, workerEnvironment, workerSprint } from "./support.ts";

vi.setConfig({ hookTimeout: 90_000 });

/** The documents that say what a run prints; not part of the project. */
const SOURCES = resolve(process.env.STORYBOARD_SOURCES ?? "../shared/seeds");
const LEAD = resolve(SOURCES, "lead-driven-batch.md");
const SWARM = resolve(SOURCES, "swarm-batch.md");

/** The fenced block of a document that holds a text, without its rules and empty lines. */
const blockWith = (document: string, text: string): string[] => {
  const block = readFileSync(document, "utf8")
    .split(/^```\w*$/m)
    .find((part, i) => i % 2 === 1 && part.includes(text));
  if (block === undefined) throw new Error(`no block with ${text}`);
  return block.split("\n").filter((line) => line.trim() !== "" && !/^━+$/.test(line));
};

/** What differs from run to run, or by intent: hashes, durations, the mark of claims, variation selectors, the arrow. */
const bare = (line: string): string =>
  line
    .replaceAll(/\*|\ufe0f/gu, "")
    .replaceAll("->", "→")
    .replaceAll(/\b[0-9a-f]{7}\b/g, "HASH")
    .replaceAll(/ +\[(?:\{\{duration\}\}|\d\d:\d\d)\]$/g, " [DURATION]")
    .replaceAll(/\b(?:heracles|theseus|perseus)\b( *)/g, (_, room: string) => `HERO${room === "" ? "" : "  "}`)
    .trimEnd();

/** Every line of the source is printed, in its order; others may stand between. */
const expectLines = (printed: string, wanted: readonly string[]): void => {
  const lines = printed.split("\n").map(bare);
  let from = 0;
  for (const line of wanted.map(bare)) {
    const at = lines.indexOf(line, from);
    if (at < 0) expect(lines.slice(from).join("\n")).toContain(line);
    expect(at, line).toBeGreaterThanOrEqual(0);
    from = at + 1;
  }
};

/** The card of a story: from its head on. */
const cardOf = (ran: Ran, head: RegExp): string => {
  const lines = ran.stdout.split("\n");
  const at = lines.findIndex((line) => head.test(line));
  expect(at, String(head)).toBeGreaterThan(0);
  return lines.slice(at, at + 40).join("\n");
};

const summaryOf = ({ stdout }: Ran): string => stdout.slice(stdout.lastIndexOf(" COMPLETE\n") - 10);

const worker = (tests: number, coverage: string, issues: number): string =>
  `tests=${tests} coverage=${coverage} issues=${issues}; work; complete`;

const run = async (
  stories: readonly MadeStory[],
  scripts: Readonly<Record<string, string>>,
  configuration: string,
  prepare?: (project: Project) => void,
): Promise<{ project: Project; ran: Ran }> => {
  const project = workerSprint(stories, scripts, workerConfiguration(configuration));
  prepare?.(project);
  project.commit();
  return { project, ran: await project.storyboard(["run"], { ...workerEnvironment(project), COLUMNS: "200" }, 80_000) };
};

const CARD_WORK = `
tests=22 coverage=100 issues=3
prepare
phase=BUILD progress BUILD
file src/services/agreementService.ts 5; file src/components/Agreement/StatusBadge.tsx 5; file src/components/Agreement/Timeline.tsx 5
echo x >> 'src/pages/agreements/[id].tsx'; echo x >> src/types/agreement.ts
builder; sed -i "s|src/$STORYBOARD_STORY.ts|src/types/agreement.ts|; s|:4-6|:5-6|" $A-builder.json; sed -i '/files_created/d' $A-builder.json
tell "BUILD DONE" "3 new, 2 modified (847 lines)" "+ src/services/agreementService.ts — CRUD operations for agreements" "+ src/components/Agreement/StatusBadge.tsx — visual status indicator" "+ src/components/Agreement/Timeline.tsx — agreement history timeline" "~ src/pages/agreements/[id].tsx:22-89 — wired up service, added error boundary" "~ src/types/agreement.ts:5-18 — added StatusType enum"
verify; assess; settle; reflect; complete`;

const FAILING = `
prepare
file src/pages/agreements/index.tsx 3; file src/components/Agreement/List.tsx 3
tell "BUILD DONE" "0 new, 2 modified" "~ src/pages/agreements/index.tsx — modified but no tests" "~ src/components/Agreement/List.tsx — modified but no review"
tell VERIFY "3 reviewers"
git add -A; git commit -qm "feat($short): some"
printf '\\n❌ %s FAILED at Phase VERIFY - stopped\\nReason: Builder did not spawn sub-agent — self-implemented without delegation\\nMissing checkpoint: builder artifact (no file:line evidence), reviewer artifact\\nPartial artifacts: none\\nRecommendation: Manual investigation required — check worker output\\n' "$short"`;

describe.skipIf(!existsSync(LEAD))("lead-driven-batch.md", () => {
  let project: Project;
  let ran: Ran;
  beforeAll(async () => {
    ({ project, ran } = await run(
      ["36-1-a", "36-2-b", "36-3-c", "36-4-d", "36-5-e", "36-6-f", "36-7-card", "36-8-fails"].map((key) => ({ key })),
      {
        "36-1-a": worker(25, "97.6", 4),
        "36-2-b": worker(22, "100", 2),
        "36-3-c": worker(32, "89.2", 6),
        "36-4-d": worker(18, "94.1", 3),
        "36-6-f.1": "work; rm $A-builder.json $A-review.json; complete",
        "36-6-f.2": "work; rm $A-builder.json; complete",
        "36-7-card": CARD_WORK,
        "36-8-fails": FAILING,
      },
      "order: parallel\nmax_workers: 3\nmax_retry_per_story: 2\n",
      (made) => {
        made.write(`${FOLDER}/36-5-e.md`, made.read(`${FOLDER}/36-5-e.md`).replaceAll("[ ]", "[x]"));
        made.write("src/pages/agreements/[id].tsx", "x\n".repeat(100));
        made.write("src/types/agreement.ts", "x\n".repeat(20));
      },
    ));
  });
  afterAll(() => project?.remove());

  test("the completion card, with the files of git in the words of the log", () => {
    const wanted = blockWith(LEAD, "Files created:").map((line) =>
      line.replace("{{story_key}}", "36-7").replace("{{story_title}}", "36-7-card").replace("36-2", "36-7"),
    );
    expectLines(cardOf(ran, /^✅ 36-7 /), wanted);
  });

  test("the card of a story that was done already", () => {
    const wanted = blockWith(LEAD, "ALREADY DONE — ").map((line) =>
      line.replace("{{story_key}}", "36-5").replace("{{story_title}}", "36-5-e"),
    );
    expectLines(cardOf(ran, /^⏭ 36-5 /), wanted);
  });

  test("the card of a story that failed", () => {
    const wanted = blockWith(LEAD, "Failed at: ").map((line) =>
      line.replace("{{story_key}}", "36-8").replace("{{story_title}}", "36-8-fails"),
    );
    expectLines(cardOf(ran, /^❌ 36-8 /), wanted);
  });

  test("the summary, and what failed in each attempt", () => {
    const summary = summaryOf(ran).replaceAll(/ \(no [A-Z]+ phase evidence\)/g, "");
    const wanted = blockWith(LEAD, "36-1  DONE").filter((line) => !line.startsWith("Summary:"));
    expectLines(summary, wanted);
    expect(summary).toContain("\nSummary: 6/8 succeeded, 2 failed\n");
    const failed = blockWith(LEAD, "36-6 (FAILED):").map((line) => line.replace(/ \(worker self.*\)/, ""));
    expectLines(summary.replaceAll(/^( {2}Action: Manual investigation required).*$/gm, "$1"), failed);
  });

  test("what is rejected says what is missing, and how often it was tried", () => {
    expect(ran.stdout).toContain(
      "⚠ 36-6 rejected — missing: builder artifact (no BUILD phase evidence); reviewer artifact (no VERIFY phase evidence). Re-run missing phases: BUILD, VERIFY. Re-queued (attempt 2 of 2)\n",
    );
  });
});

describe.skipIf(!existsSync(SWARM))("swarm-batch.md", () => {
  let project: Project;
  let ran: Ran;
  beforeAll(async () => {
    ({ project, ran } = await run(
      ["5-1-a", "5-2-b", "5-3-c", "5-4-d", "5-5-e", "5-6-f"].map((key) => ({ key })),
      {
        "5-1-a": worker(25, "97.6", 4),
        "5-2-b": worker(22, "100", 2),
        "5-3-c": worker(32, "89.2", 6),
        "5-4-d": worker(18, "94.1", 3),
        "5-5-e": worker(12, "91.3", 1),
        "5-6-f": `tell PREPARE "standard, 2 playbooks"; tell "BUILD DONE" "8 files, 423 lines"; tell VERIFY "4 reviewers"; echo "Story 5-6 FAILED at Phase VERIFY - Cerberus found critical security issue"`,
      },
      "order: parallel\nmax_workers: 3\nmax_retry_per_story: 1\npipelines: { swarm: { phases: [{ name: WORK, role: builder, prompt: worker, evidence: work }] } }\n",
      (made) =>
        made.write("storyboard.yaml", made.read("storyboard.yaml").replace("pipeline: worker", "pipeline: swarm")),
    ));
  });
  afterAll(() => project?.remove());

  test("the summary with its heroes, and the phases of what failed", () => {
    const wanted = blockWith(SWARM, "SWARM COMPLETE").map((line) =>
      line.replace("- critical", "- Cerberus found critical"),
    );
    expectLines(summaryOf(ran), wanted);
    expectLines(summaryOf(ran), blockWith(SWARM, "5-6 (FAILED):"));
  });
});
