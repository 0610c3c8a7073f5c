import { expect, test } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import type { Project } from "../../support/project.ts";
import { contractLines, script, scripted, statusOf, storyIn, writePlain } from "../../support/steering.ts";

let project: Project;
eachProject((made) => {
  project = made;
});

test("JSON lines of an agent become feed, session and usage; exit 75 costs no attempt; HALT and QUESTION do what they say", async () => {
  writePlain(
    project,
    [
      "{ key: speaks, prompt: x }",
      "{ key: later, prompt: x }",
      "{ key: asks, prompt: x }",
      "{ key: halts, prompt: x }",
    ],
    "pipeline: build\ninbox: fail\nmax_workers: 4\nmax_retry_per_story: 1\n",
  );
  script(
    project,
    "speaks",
    [
      `echo '{"t":"session","id":"s-1"}'`,
      `echo '{"t":"text","text":"thinking about it"}'`,
      `echo '{"t":"tool-start","id":"1","name":"Edit","detail":"src/a.ts"}'`,
      "build > /dev/null",
      `echo '{"t":"tool-end","id":"1","ok":true}'`,
      `echo '{"t":"usage","inputTokens":1000,"outputTokens":200,"cachedTokens":null,"usd":0.5}'`,
      `echo '{"t":"usage","inputTokens":100,"outputTokens":20,"cachedTokens":null,"usd":0.25}'`,
      `echo '{"t":"finished","text":"it is built"}'`,
    ].join("\n"),
  );
  script(project, "later", '[ -e "$OUT/later" ] && { build; exit; }; touch "$OUT/later"; echo "try later"; exit 75');
  script(project, "asks", `echo '{"t":"finished","text":"QUESTION: which way?"}'`);
  script(project, "halts", `echo HALT: this was said long ago; echo; echo '{"t":"text","text":"HALT: no key"}'`);
  const { status, stdout } = await project.storyboard(["run", "--json"], scripted(project));
  expect(status).toBe(1);
  const lines = contractLines(stdout);
  const of = (story: string) => lines.filter((line) => "story" in line && line.story === story);
  expect(of("speaks").flatMap((line) => (line.type === "feed" ? [line.text] : []))).toEqual([
    "thinking about it",
    "Edit src/a.ts",
  ]);
  expect(of("speaks").find(({ type }) => type === "turn.ended")).toMatchObject({
    ok: true,
    session: "s-1",
    usage: { tokens: 1320, usd: 0.75 },
  });
  expect(of("later").filter(({ type }) => type === "turn.ended")).toMatchObject([
    { ok: false, error: { type: "EnvironmentError", message: expect.stringContaining("try later") } },
    { ok: true },
  ]);
  expect(of("later").at(-1)).toMatchObject({ outcome: "done", attempts: 1 });
  expect(of("later").some(({ type }) => type === "story.retrying")).toBe(false);
  expect(of("asks").find(({ type }) => type === "story.parked")).toMatchObject({ question: "which way?" });
  expect(of("halts").at(-1)).toMatchObject({
    outcome: "failed",
    error: { type: "HaltError", message: "BUILD: no key" },
  });

  const after = await statusOf(project);
  expect(after).toMatchObject({
    state: "ended",
    usage: { tokens: 1320, usd: 0.75 },
    counts: { done: 2, failed: 1, parked: 1 },
  });
  expect(storyIn(after, "speaks")).toMatchObject({ status: "done", session: "s-1", turn: 1, attempt: 1, error: null });
  expect(storyIn(after, "halts")).toMatchObject({ status: "failed", error: { type: "HaltError" } });
});
