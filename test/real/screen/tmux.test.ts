import { afterEach, beforeEach, expect, test } from "vitest";
import { Project, STORYBOARD } from "../../support/project.ts";
import { eventually, gate, open, reached, script, statusOf, writePlain } from "../../support/steering.ts";
import { endProject } from "../../support/terminal.ts";
import { tmux as askTmux, isWithoutTmux } from "../../support/tmux.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(async () => {
  await tmux("kill-server").catch(() => {});
  endProject(project);
});

const tmux = (...args: readonly string[]): Promise<string> => askTmux(project, ...args);
const paneShows = (pane: string, text: string): Promise<unknown> =>
  eventually(`“${text}” in ${pane}`, async () => (await tmux("capture-pane", "-p", "-t", pane)).includes(text));

test.skipIf(isWithoutTmux)("watch --tmux opens a side pane that watches, steers, and goes with its q", async () => {
  writePlain(project, ["{ key: a, prompt: x }"], "pipeline: build\n");
  script(project, "a", `${gate("a")}; build`);
  await tmux(
    "new-session",
    "-d",
    "-s",
    "main",
    "-x",
    "160",
    "-y",
    "40",
    "-c",
    project.path,
    STORYBOARD,
    "run",
    "--fresh",
  );
  await reached(project, "a");
  await paneShows("main:0.0", "RUNNING");
  const [pane] = (await tmux("list-panes", "-t", "main", "-F", "#{pane_id}")).split("\n");
  const inside = {
    TMUX: await tmux("display-message", "-p", "-t", "main", "#{socket_path},#{pid},0"),
    TMUX_PANE: pane ?? "",
  };
  expect(await project.storyboard(["watch", "--tmux"], inside)).toMatchObject({ status: 0, stdout: "", stderr: "" });
  await eventually("a side pane", async () => (await tmux("list-panes", "-t", "main")).split("\n").length === 2);
  await paneShows("main:0.1", "RUNNING");
  expect(await tmux("display-message", "-p", "-t", "main:0.1", "#{pane_width}")).toBe("56");
  await tmux("send-keys", "-t", "main:0.1", "p");
  await eventually("the pause", async () => (await statusOf(project)).state === "paused");
  await paneShows("main:0.0", "PAUSED");
  await tmux("send-keys", "-t", "main:0.1", "q");
  await paneShows("main:0.1", "leave it running");
  await tmux("send-keys", "-t", "main:0.1", "l");
  await eventually("the pane to go", async () => (await tmux("list-panes", "-t", "main")).split("\n").length === 1);
  open(project, "a");
});

test("outside of tmux there is no side pane, and watch says what to do without a terminal", async () => {
  writePlain(project, ["{ key: a, prompt: x }"], "pipeline: build\n");
  const outside = await project.storyboard(["watch", "--tmux"]);
  expect(outside).toMatchObject({ status: 2, stderr: expect.stringContaining("not in tmux") });
  const piped = await project.storyboard(["watch"]);
  expect(piped).toMatchObject({ status: 2, stderr: expect.stringContaining("storyboard run --resume --headless") });
});
