import { afterEach, beforeEach, expect, test } from "vitest";
import { Project } from "../../support/project.ts";
import {
  eventually,
  gate,
  open,
  promptOf,
  reached,
  type Status,
  script,
  statusOf,
  storyIn,
  writePlain,
} from "../../support/steering.ts";
import { endProject, KEYS, TestTerminal } from "../../support/terminal.ts";

let project: Project;
let screen: TestTerminal | undefined;
beforeEach(() => {
  project = new Project();
});
afterEach(() => {
  screen?.close();
  endProject(project);
});

const opened = async (stories: readonly string[], more: string): Promise<TestTerminal> => {
  writePlain(project, stories, more);
  screen = new TestTerminal(project, ["run", "--fresh"]);
  await screen.shows("RUNNING");
  return screen;
};

const until = (what: string, look: (status: Status) => boolean): Promise<unknown> =>
  eventually(what, async () => look(await statusOf(project)));

test("p pauses and goes on; + and - change the workers, also faster than the lead answers", async () => {
  for (const key of ["a", "b"]) script(project, key, `${gate(key)}; build`);
  const terminal = await opened(
    ["{ key: a, prompt: x }", "{ key: b, prompt: x }"],
    "pipeline: build\nmax_workers: 2\n",
  );
  terminal.press("p");
  await until("the pause", ({ state }) => state === "paused");
  await terminal.shows("PAUSED");
  await terminal.shows("p resume");
  terminal.press("p");
  await until("going on", ({ state }) => state === "running");
  terminal.press("+", "+", "+");
  await until("five workers", ({ workers }) => workers.max === 5);
  terminal.press("-");
  await until("four workers", ({ workers }) => workers.max === 4);
  terminal.press("----");
  await terminal.shows("workers must be a whole number from 1");
  await until("one worker", ({ workers }) => workers.max === 1);
});

test("j k g G choose the story that s x r act upon; each asks first where it must", async () => {
  const keys = ["a", "b", "c", "d"];
  for (const key of ["a", "b", "c"]) script(project, key, `${gate(key)}; build`);
  const terminal = await opened(
    [
      "{ key: a, prompt: x }",
      "{ key: b, prompt: x }",
      "{ key: c, prompt: x }",
      "{ key: d, prompt: x, depends_on: [c] }",
    ],
    "pipeline: build\nmax_workers: 3\nmax_retry_per_story: 1\n",
  );
  for (const key of ["a", "b", "c"]) await reached(project, key);
  const selected = (key: string): Promise<string> =>
    terminal.until(`${key} selected`, (text) => new RegExp(`▸ ${key} `).test(text));
  await selected("a");
  terminal.press("j");
  await selected("b");
  terminal.press("G");
  await selected("d");
  terminal.press("k", KEYS.up);
  await selected("b");
  terminal.press("g");
  await selected("a");
  terminal.press(KEYS.down);
  await selected("b");

  // What does not apply says why, and a question that is not answered changes nothing.
  terminal.press("r");
  await terminal.shows("b is running");
  terminal.press("x");
  await terminal.shows("Cancel b?");
  terminal.press("n");
  await terminal.shows("Nothing was done");
  terminal.press("x");
  await terminal.shows("Cancel b?");
  terminal.press("y");
  await until("b to be cancelled", (status) => storyIn(status, "b").error?.type === "CancelledError");

  terminal.press("j");
  await selected("c");
  terminal.press("s");
  await terminal.shows("treat it as done for d?");
  terminal.press("y");
  await until("d to go on", (status) => storyIn(status, "d").status === "done");
  expect(storyIn(await statusOf(project), "c").status).toBe("skipped");

  terminal.press("k");
  await selected("b");
  open(project, "b");
  terminal.press("r");
  await until("b to be done", (status) => storyIn(status, "b").status === "done");
  terminal.press("r");
  await terminal.shows("nothing to retry");
  for (const key of keys) open(project, key);
  await terminal.shows("3/4 succeeded");
});

test("a question waits in the inbox and is answered there", async () => {
  script(
    project,
    "a",
    'grep -q "blue, please" "$STORYBOARD_TURN_DIR/prompt.md" && { build; exit; }; echo "QUESTION: Which colour?"',
  );
  script(project, "b", `${gate("b")}; build`);
  const terminal = await opened(["{ key: a, prompt: x }", "{ key: b, prompt: x }"], "pipeline: build\n");
  await until("the question", (status) => storyIn(status, "a").status === "waiting");
  terminal.press("i");
  await terminal.shows("Which colour?");
  await terminal.shows("Inbox");
  terminal.press(KEYS.enter);
  await terminal.shows("Answer for a");
  terminal.press("red", "\u007f\u007f\u007f", "blue, please", KEYS.enter);
  await until("the answer to be used", (status) => storyIn(status, "a").status === "done");
  expect(await promptOf(project, "a.1.BUILD-2")).toContain("blue, please");
  terminal.press("i");
  await terminal.shows("nothing waits for you");
});

test("R gives a note to the agent", async () => {
  script(project, "a", 'grep -q "other door" "$STORYBOARD_TURN_DIR/prompt.md" && { build; exit; }; exit 3');
  script(project, "b", `${gate("b")}; build`);
  const terminal = await opened(
    ["{ key: a, prompt: x }", "{ key: b, prompt: x }"],
    "pipeline: build\nmax_retry_per_story: 1\n",
  );
  await until("a to fail", (status) => storyIn(status, "a").status === "failed");
  terminal.press("R");
  await terminal.shows("Note to the builder of a");
  terminal.press("use the other door", KEYS.enter);
  await until("a to be done", (status) => storyIn(status, "a").status === "done");
});

test("enter, tab, f, /, ? and esc change the screen alone", async () => {
  for (const key of ["alpha", "beta"]) script(project, key, `echo "words of ${key}"; ${gate(key)}; build`);
  const terminal = await opened(["{ key: alpha, prompt: x }", "{ key: beta, prompt: x }"], "pipeline: build\n");
  await terminal.shows("words of beta");
  terminal.press(KEYS.enter);
  await terminal.until("the card", (text) => /Attempt +1 of 3/.test(text));
  terminal.press(KEYS.escape);
  await terminal.shows("Live feed");
  terminal.press("f");
  await terminal.until("the feed alone", (text) => !text.includes("Stories"));
  terminal.press("f");
  await terminal.shows("Stories");
  // Back from the feed the keys are the stories' again.
  terminal.press("f");
  await terminal.until("the feed alone", (text) => !text.includes("Stories"));
  terminal.press(KEYS.escape);
  await terminal.shows("Stories");
  terminal.press("j");
  await terminal.until("the next story", (text) => /▸ beta/.test(text));
  terminal.press("k");
  terminal.press("/", "bet", KEYS.enter);
  await terminal.until("beta alone", (text) => !/alpha +🔨/.test(text) && text.includes("beta"));
  terminal.press(KEYS.escape);
  await terminal.until("both again", (text) => /alpha +🔨/.test(text));
  terminal.press(KEYS.tab, "/", "of alpha", KEYS.enter);
  await terminal.until("its lines alone", (text) => !text.includes("│ BUILD   words of beta"));
  terminal.press(KEYS.escape);
  await terminal.until("all lines", (text) => text.includes("│ BUILD   words of beta"));
  terminal.press("?");
  await terminal.shows("pause and go on");
  terminal.press("?");
  await terminal.shows("Live feed");
  terminal.press("q", "q");
  expect(await terminal.exit()).toBe(0);
});
