import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Project, STORYBOARD } from "../../support/project.ts";
import { eventually, statusOf, storyIn } from "../../support/steering.ts";
import { endProject, TestTerminal } from "../../support/terminal.ts";
import { tmux as askTmux, isWithoutTmux } from "../../support/tmux.ts";

/**
 * A Claude Code that hangs in its first turn and builds in its second one; at a terminal it shows its session and ends
 * with a line that is typed.
 */
const CLAUDE = `#!/bin/sh
case " $* " in
*" -p "*) ;;
*" auth "*) exit 0 ;;
*)
  [ -e "$HOME/refuse" ] && { echo "no network here"; exit 1; }
  echo "this is the session: $*"
  pwd > "$HOME/attached"
  stty -a < /dev/tty > "$HOME/stty"
  read -r line
  echo "$line" > "$HOME/typed"
  mkdir -p src && echo by-hand > src/hand.txt
  exit 0 ;;
esac
while [ $# -gt 0 ]; do
  case $1 in --session-id | --resume) mode=$1 session=$2; shift ;; esac
  shift
done
echo "{\\"type\\":\\"system\\",\\"subtype\\":\\"init\\",\\"session_id\\":\\"$session\\"}"
if [ "$mode" = --session-id ]; then
  : > "$HOME/working"
  trap 'exit 0' INT
  while :; do sleep 0.1; done
fi
mkdir -p src && echo built > src/a.txt && git add -A && git commit -q -m "feat(a): built" >&2
echo "{\\"type\\":\\"result\\",\\"subtype\\":\\"success\\",\\"is_error\\":false,\\"result\\":\\"Built.\\",\\"session_id\\":\\"$session\\",\\"usage\\":{\\"input_tokens\\":5,\\"output_tokens\\":5}}"
`;

let project: Project;
let screen: TestTerminal | undefined;
let path: string;
beforeEach(() => {
  project = new Project();
  const programs = join(project.base, "programs");
  mkdirSync(programs);
  writeFileSync(join(programs, "claude"), CLAUDE);
  chmodSync(join(programs, "claude"), 0o755);
  path = `${programs}:${project.environment().PATH}`;
  project
    .write("README.md", "made up\n")
    .write(
      "storyboard.yaml",
      "agents: { builder: { cli: claude } }\npipeline: build\nstories:\n  - { key: a, prompt: x }\n",
    )
    .commit();
});
afterEach(async () => {
  screen?.close();
  screen = undefined;
  await askTmux(project, "kill-server").catch(() => {});
  endProject(project);
});

const inHome = (name: string): string => join(project.home, name);
const working = (): Promise<unknown> => eventually("an agent at work", () => existsSync(inHome("working")));
const done = (): Promise<unknown> =>
  eventually("the story's end", async () => storyIn(await statusOf(project), "a").status === "done");

test("a gives the terminal to the agent's own session; the story waits, and goes on afterwards", async () => {
  screen = new TestTerminal(project, ["run", "--fresh"], { environment: { PATH: path } });
  await screen.shows("RUNNING");
  await working();
  screen.press("a");
  await screen.shows("this is the session: --resume");
  expect(screen.isAlternate).toBe(false);
  expect(storyIn(await statusOf(project), "a")).toMatchObject({
    status: "waiting",
    waiting_for: "a person in its session",
    attempt: 1,
  });
  // What is typed is the other program's alone, and it is shown as it is typed.
  expect(readFileSync(inHome("stty"), "utf8")).toMatch(/ icanon .* echo /s);
  screen.press("quick brown p q x\r");
  await screen.until("the screen again", () => screen?.isAlternate === true);
  expect(readFileSync(inHome("typed"), "utf8")).toBe("quick brown p q x\n");
  expect(readFileSync(inHome("attached"), "utf8")).toContain("storyboard");
  await done();
  expect(storyIn(await statusOf(project), "a")).toMatchObject({ attempt: 1, turn: 2 });
  expect(project.git("log", "--format=%s")).toContain("feat(a)");
  expect(project.git("ls-files")).toContain("src/hand.txt");
  screen.press("q");
  expect(await screen.exit()).toBe(0);
});

test("what an agent says that cannot open its session can be read before the screen is there again", async () => {
  screen = new TestTerminal(project, ["run", "--fresh"], { environment: { PATH: path } });
  await working();
  writeFileSync(inHome("refuse"), "");
  screen.press("a");
  await screen.shows("no network here");
  await screen.shows("enter goes back");
  expect(screen.isAlternate).toBe(false);
  screen.press("\r");
  await screen.until("the screen again", () => screen?.isAlternate === true);
  await done();
});

test("ctrl-c in the agent's session is the agent's; the screen is there again", async () => {
  screen = new TestTerminal(project, ["run", "--fresh"], { environment: { PATH: path } });
  await working();
  screen.press("a");
  await screen.shows("this is the session");
  screen.press("\u0003");
  await screen.until("the screen again", (shown) => shown.includes("storyboard  "));
  await done();
});

test.skipIf(isWithoutTmux)("in tmux it is a window of its own, and the screen stays", async () => {
  const inTmux = (...args: readonly string[]): Promise<string> => askTmux(project, ...args);
  const command = ["env", `PATH=${path}`, STORYBOARD, "run", "--fresh"];
  await inTmux("new-session", "-d", "-s", "main", "-x", "120", "-y", "40", "-c", project.path, ...command);
  await working();
  const shows = (pane: string, text: string): Promise<unknown> =>
    eventually(`“${text}” in ${pane}`, async () =>
      (await inTmux("capture-pane", "-p", "-t", pane).catch(() => "")).includes(text),
    );
  await shows("main:0", "RUNNING");
  await inTmux("send-keys", "-t", "main:0", "a");
  await shows("main:1", "this is the session: --resume");
  await shows("main:0", "in a tmux window of its own");
  await inTmux("send-keys", "-t", "main:1", "enough", "Enter");
  await done();
  await eventually(
    "the window to go",
    async () => (await inTmux("list-windows", "-t", "main")).split("\n").length === 1,
  );
});
