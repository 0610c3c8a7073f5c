// The README's pictures, taken from the running program: a demo runs on one terminal, two others watch it, and their screens
// are drawn at moments that tell something. Nothing is written before all are taken, so that they are of one run.
//   node scripts/pictures.mjs
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const program = join(root, "bin", "storyboard");
const pictures = join(root, "docs", "pictures");
const [major] = process.versions.node.split(".").map(Number);

if (major < 22) {
  const node = join(root, "node_modules", ".bin", "node");
  process.exit(spawnSync(node, [fileURLToPath(import.meta.url)], { stdio: "inherit" }).status ?? 1);
}
// After the question which Node this is: what these load is made for the checkout's.
const { openTerminal } = await import("./terminal.mjs");
const { screenSvg } = await import("./terminal-svg.mjs");

/** Slower than usual: a moment has to last longer than it takes to look. */
const PACE = 2;
/** Far more than any moment is away from the one before, in milliseconds. */
const PATIENCE_MS = 120_000;
/** Columns and rows. The demo's terminal is as narrow as one that shows titles can be. */
const SIZES = { demo: [116, 24], full: [120, 34], side: [52, 34] };
const ENTER = "\r";

/** A row of the stories' table: the story and what is to be read in it. */
const has = (story, words) => (screen) => new RegExp(`^.*\\b${story} .*${words}`, "m").test(screen);
const reads = (words) => (screen) => screen.includes(words);
const all =
  (...looks) =>
  (screen) =>
    looks.every((look) => look(screen));

/** What there is to be seen in a demo, from its first to its last screen. */
const takeDemo = async (demo) => {
  const taken = [];
  const take = async (what, ...looks) =>
    taken.push(await demo.picture(`demo-${taken.length + 1}`, what, all(...looks)));
  await take("three agents at work", ...["1-1", "1-2", "1-3"].map((story) => has(story, "BUILD +\\w")));
  await demo.until("a question", reads("1 waits for you"));
  demo.press("i");
  await demo.until("the inbox", reads("Inbox: 1 story waits"));
  demo.press(ENTER);
  await demo.until("the answer to type", reads("Answer for 1-3"));
  demo.press("metric: 250 ml");
  await take("a question and its answer", reads("metric: 250 ml"));
  demo.press(ENTER);
  // Whichever lands second.
  await take("a landing that was refused", has("1-[12]", "REFINE"), reads("What landed meanwhile changed"));
  await take("a story that is tried again", has("2-1", "attempt 2"), reads("it tries again"));
  await demo.until("a story that was repaired", has("2-2", "DONE"));
  demo.press(`jjjjj${ENTER}`);
  await take("its card", reads("2-2 COMPLETE"));
  await take("the summary", reads("SWARM COMPLETE"), reads("Landed on"));
  return taken;
};

/** Both sizes of the dashboard, in the middle of the run: stories done, one tried again, others in review. */
const takeMiddle = async (full, side) => {
  const what = "half of the stories done, one tried again";
  const look = all(reads("Rounding turned"), has("2-1", "attempt 2"), has("2-2", "Looks at"));
  await full.until("the stories", reads("Live feed"));
  // The footer has most to say of a story that is under way.
  full.press("jjjj");
  return Promise.all([full.picture("full", what, look), side.picture("side-pane", `${what}, in a side pane`, look)]);
};

/** A terminal with storyboard in it, and how its pictures are taken. */
const openScreen = (folder, [command, ...options], [columns, rows], signal) => {
  const args = [command, "--project", folder.project, ...options];
  const terminal = openTerminal([program, ...args], { columns, rows, cwd: folder.base, env: folder.env });
  const until = (what, look, take = () => {}) => terminal.until(what, look, take, { patienceMs: PATIENCE_MS, signal });
  return {
    press: terminal.press,
    close: terminal.close,
    until,
    picture: (name, what, look) =>
      until(what, look, (model, screen) => {
        checkPrivacy(name, screen);
        const description = `storyboard: ${what}`;
        return { name, svg: screenSvg(model, { title: `storyboard ${command}`, description }) };
      }),
  };
};

/** Nobody needs to know how the folders of this machine are called. */
const checkPrivacy = (name, screen) => {
  const shown = [tmpdir(), root, homedir()].find((path) => path !== "/" && screen.includes(path));
  if (shown !== undefined)
    throw new Error(`${name} would show the path ${shown}: take it at another moment\n${screen}`);
};

/** A temporary folder with a home of its own, so that nobody's settings are in a picture. */
const makeFolder = () => {
  const base = mkdtempSync(join(tmpdir(), "sb-"));
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: base,
    LANG: "C.UTF-8",
    TZ: "UTC",
    COLORTERM: "truecolor",
    STORYBOARD_DEMO_PACE: String(PACE),
  };
  return { base, project: join(base, "recipes"), env };
};

const takePictures = async (interrupted) => {
  const folder = makeFolder();
  const over = new AbortController();
  const signal = AbortSignal.any([interrupted, over.signal]);
  const screens = [];
  const open = (command, size) => {
    screens.push(openScreen(folder, command, size, signal));
    return screens.at(-1);
  };
  const demo = open(["demo", "--keep"], SIZES.demo);
  const watch = async () => {
    await demo.until("a run to watch", has("1-1", "BUILD"));
    return takeMiddle(open(["watch"], SIZES.full), open(["watch"], SIZES.side));
  };
  try {
    return (await Promise.all([takeDemo(demo), watch()])).flat();
  } finally {
    over.abort();
    // A demo whose terminal goes stops its run.
    await Promise.all(screens.map((screen) => screen.close()));
    rmSync(folder.base, { recursive: true, force: true, maxRetries: 10 });
  }
};

const interrupted = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(name, () => interrupted.abort());
try {
  const taken = await takePictures(interrupted.signal);
  mkdirSync(pictures, { recursive: true });
  for (const { name, svg } of taken) {
    writeFileSync(join(pictures, `${name}.svg`), svg);
    console.log(`docs/pictures/${name}.svg  ${Math.ceil(svg.length / 1024)} KB`);
  }
} catch (error) {
  console.error(interrupted.signal.aborted ? "interrupted: no picture was changed" : `pictures: ${error.message}`);
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
}
