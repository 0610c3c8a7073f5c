import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Size } from "../../../src/components/props.ts";
import { cellsOf } from "../../support/cells.ts";
import { Project, STORYBOARD } from "../../support/project.ts";
import { eventually, gate, open, reached, script, statusOf, writePlain } from "../../support/steering.ts";
import { endProject, TestTerminal } from "../../support/terminal.ts";
import { tmux as askTmux, isWithoutTmux } from "../../support/tmux.ts";
import { type Kind, type LookedAt, QUESTION, SIZES, VIEWS } from "./views.ts";

let project: Project;
/** The one whose size changes. */
let screen: TestTerminal;
/** For each size one that has no other, on the same run. */
let steady: readonly TestTerminal[];
/** What they all show but the dashboard. */
let shown: LookedAt | undefined;

beforeAll(async () => {
  project = new Project();
  const key = (name: string, after?: string): string =>
    `{ key: ${name}, prompt: x${after === undefined ? "" : `, depends_on: [${after}]`} }`;
  writePlain(
    project,
    [
      ...["one", "two", "three", "four", "five", "six", "seven", "eight"].map((name) => key(name)),
      ...["five", "six", "seven", "eight"].map((after, index) =>
        key(["nine", "ten", "eleven", "twelve"][index]!, after),
      ),
    ],
    "pipeline: build\nmax_workers: 8\nmax_retry_per_story: 1\n",
  );
  // Nobody says a word before all are there to hear it: a feed is what its own screen heard.
  script(project, "BUILD", `${gate("go")}; echo "words of $STORYBOARD_STORY"; ${gate("end")}; build`);
  for (const name of ["one", "two"]) script(project, name, `${gate("go")}; build`);
  script(project, "three", `${gate("go")}; echo "it cannot be done"; exit 3`);
  script(project, "four", `${gate("go")}; echo "QUESTION: ${QUESTION}"`);
  screen = new TestTerminal(project, ["run", "--fresh"], SIZES[0]);
  await reached(project, "go");
  steady = SIZES.map((size) => new TestTerminal(project, ["watch"], size));
  if (!isWithoutTmux) {
    await tmux("new-session", "-d", "-s", "main", "-c", project.path, STORYBOARD, "watch");
    await tmux("set-option", "-g", "status", "off");
    await eventually("the screen in tmux", async () => (await captured()).includes("RUNNING"));
  }
  for (const each of [screen, ...steady]) await each.shows("RUNNING");
  await eventually("eight agents", async () => (await statusOf(project)).counts.running === 8);
  open(project, "go");
  await eventually("what is to be seen", async () => {
    const { counts } = await statusOf(project);
    return counts.done === 2 && counts.failed === 1 && counts.waiting === 1 && counts.running === 4;
  });
});

afterEach(async () => {
  const back = shown?.back ?? [];
  for (const [step, key] of back.entries()) {
    press(key);
    const isBack = (text: string): boolean => (step === back.length - 1 ? isDashboard(text) : !text.includes("› red"));
    for (const each of [screen, ...steady]) await each.until(`the way back from the ${shown?.name}`, isBack);
  }
  shown = undefined;
});

afterAll(async () => {
  await tmux("kill-server").catch(() => {});
  for (const each of [screen, ...steady]) each.close();
  endProject(project);
});

const tmux = (...args: readonly string[]): Promise<string> => askTmux(project, ...args);
const captured = (): Promise<string> => tmux("capture-pane", "-p", "-t", "main");

/** A screen whose clocks stand still, so that two can be compared. */
const masked = (text: string): string =>
  text
    .replaceAll(/ +$/gm, "")
    .replaceAll("○", "●")
    .replaceAll(/ETA \S+/g, "ETA –")
    .replaceAll(/\d\d(?=:\d\d)|(?<=\d\d:)\d\d/g, "00");

/** Waits until two show the same, and gives it back; fails with both. */
const alike = async (what: string, one: () => string | Promise<string>, other: () => string): Promise<string> => {
  let text = "";
  await eventually(what, async () => {
    text = masked(await one());
    return text === masked(other());
  }).catch(() => expect(text.split("\n"), what).toEqual(masked(other()).split("\n")));
  return text;
};

/** Waits until all that must be seen of a view is; fails with what is not. */
const sees = async (terminal: TestTerminal, view: LookedAt, kind: Kind): Promise<void> => {
  const missing = (text: string): RegExp[] => view[kind].filter((sight) => !sight.test(masked(text)));
  await terminal
    .until(view.name, (text) => missing(text).length === 0)
    .catch((error: unknown) => expect(missing(terminal.screen()), `${error}`).toEqual([]));
};

const isDashboard = (text: string): boolean =>
  /4 queued/.test(text) || (/Stories/.test(text) && /Live feed/.test(text));

const press = (keys: string): void => {
  for (const each of [screen, ...steady]) each.press(keys);
};

/** Everything that a screen must have at its size, whatever it shows. */
const isWhole = (text: string, { columns, rows, kind }: Size & { readonly kind: Kind }): void => {
  const lines = text.split("\n");
  expect(lines).toHaveLength(rows);
  expect(lines[0]).toMatch(kind === "tiny" ? /^RUNNING +● 00:00:00$/ : /^ ?\S.* RUNNING .*● 00:00:00$/);
  for (const line of lines) expect(cellsOf(line), line).toBeLessThanOrEqual(columns);
  if (kind === "tiny") return;
  expect(lines[1]).toMatch(/^ ?━+─+ /);
  if (kind === "narrow") {
    expect(lines[2]).toMatch(/^─ .+ ─*─$/);
    expect(cellsOf(lines[2] ?? "")).toBe(columns);
    expect(lines.at(-1)).toMatch(/^\S.* \S+/);
    return;
  }
  // The body is framed from edge to edge; below it are the message and the keys.
  for (const line of lines.slice(2, -2)) {
    expect(line).toMatch(/^(╭.*╮|│.*│|╰─*╯)$/);
    expect(cellsOf(line), line).toBe(columns);
  }
  expect(lines.at(-3)).toMatch(/^╰─*╯$/);
  expect(lines.at(-1)).toMatch(/^ \S.* \S+/);
};

test.each(VIEWS.map((view, index) => ({ view, index, name: view.name })))(
  "the $name fills a terminal of every size, and a terminal that was resized shows nothing else than a new one",
  async ({ view, index }) => {
    shown = view;
    press(view.keys);
    for (const [at, { kind }] of SIZES.entries()) await sees(steady[at]!, view, kind);
    // Every other view is come to from below.
    const order = index % 2 === 0 ? [...SIZES.entries()] : [...SIZES.entries()].reverse();
    for (const [at, size] of order) {
      screen.resize(size.columns, size.rows);
      const what = `the ${view.name} at ${size.columns}x${size.rows}`;
      isWhole(
        await alike(
          what,
          () => screen.screen(),
          () => steady[at]!.screen(),
        ),
        size,
      );
    }
  },
);

test("what a screen showed before it was made narrower is gone when it is made wider again", async () => {
  const wide = { columns: 70, rows: 20 };
  const isTitled = (title: string, columns: number) => (text: string) =>
    text.split("\n").some((line) => line.startsWith(`─ ${title} ─`) && cellsOf(line) === columns);
  const fresh = new TestTerminal(project, ["watch"], wide);
  try {
    screen.resize(wide.columns, wide.rows);
    screen.press("f");
    await screen.until("the feed", isTitled("Live feed", wide.columns));
    screen.resize(40, wide.rows);
    await screen.until("a narrow feed", isTitled("Live feed", 40));
    screen.press("?");
    await screen.until("the help", isTitled("Help", 40));
    screen.resize(wide.columns, wide.rows);
    await fresh.shows("RUNNING");
    fresh.press("?");
    await fresh.shows("Help");
    await alike(
      "the help",
      () => screen.screen(),
      () => fresh.screen(),
    );
  } finally {
    fresh.close();
  }
});

test.skipIf(isWithoutTmux)("tmux shows the same at every size", async () => {
  press("g");
  for (const [at, size] of [...SIZES.entries(), ...[...SIZES.entries()].reverse()]) {
    await tmux("resize-window", "-t", "main", "-x", String(size.columns), "-y", String(size.rows));
    await alike(`${size.columns}x${size.rows} in tmux`, captured, () => steady[at]!.screen());
  }
});
