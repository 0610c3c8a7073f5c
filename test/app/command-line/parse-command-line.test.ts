import fc from "fast-check";
import { expect, test } from "vitest";
import { COMMANDS, type CommandName, LATER_COMMANDS } from "../../../src/app/command-line/commands.ts";
import { overridesOf } from "../../../src/app/command-line/overrides.ts";
import { parseCommandLine } from "../../../src/app/command-line/parse-command-line.ts";
import type { ParsedCommand } from "../../../src/app/command-line/parsed-command.ts";
import { UserError } from "../../../src/core/model/user-error.ts";

const parse = (line: string): ParsedCommand => parseCommandLine(line.split(" ").filter((word) => word !== ""));

const mistakeOf = (argv: readonly string[]): UserError => {
  try {
    parseCommandLine(argv);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("nothing is wrong with it");
};

const mistake = (line: string): string => mistakeOf(line.split(" ").filter((word) => word !== "")).message;

const NOTHING = {
  project: undefined,
  epic: undefined,
  stories: undefined,
  mode: undefined,
  execution: undefined,
  order: undefined,
  maxWorkers: undefined,
  agent: undefined,
  reviewAgent: undefined,
  pipeline: undefined,
  includeBacklog: false,
  resume: false,
  fresh: false,
  headless: false,
  json: false,
  until: undefined,
  dryRun: false,
  inbox: undefined,
  acceptBaseline: false,
  asks: false,
  detached: false,
};

test("no command is run, without a word", () => {
  // Who names no command is asked what is meant, where somebody can be asked.
  expect(parse("")).toEqual({ name: "run", options: { ...NOTHING, asks: true } });
  expect(parse("run")).toEqual({ name: "run", options: NOTHING });
  expect(parse("--epic 36 --headless")).toEqual({
    name: "run",
    options: { ...NOTHING, asks: true, epic: "36", headless: true },
  });
  expect(parse("run --headless --epic=36")).toEqual({
    name: "run",
    options: { ...NOTHING, epic: "36", headless: true },
  });
});

test("watch takes a run and opens a side pane", () => {
  expect(parse("watch")).toEqual({ name: "watch", options: { project: undefined, run: undefined, tmux: false } });
  expect(parse("watch 20260101-070000-ab12 --tmux")).toEqual({
    name: "watch",
    options: { project: undefined, run: "20260101-070000-ab12", tmux: true },
  });
  expect(mistake("watch a b")).toContain("watch does not know what to do with");
});

test("every option of run arrives", () => {
  const line =
    "run --epic 36 --stories 36-1,36-2 --mode select --execution parallel --order epic --max-workers 4 --agent a --review-agent b --pipeline build --resume --headless --json --until 07:30 --dry-run --include-backlog --project /p --inbox fail --accept-baseline";
  expect(parse(line)).toEqual({
    name: "run",
    options: {
      project: "/p",
      epic: "36",
      stories: ["36-1", "36-2"],
      mode: "select",
      execution: "parallel",
      order: "epic",
      maxWorkers: 4,
      agent: "a",
      reviewAgent: "b",
      pipeline: "build",
      includeBacklog: true,
      resume: true,
      fresh: false,
      headless: true,
      json: true,
      until: "07:30",
      dryRun: true,
      inbox: "fail",
      acceptBaseline: true,
      asks: false,
      detached: false,
    },
  });
});

test("the other commands", () => {
  const project = undefined;
  expect(parse("plan --json --epic 3")).toMatchObject({ name: "plan", options: { json: true, epic: "3" } });
  expect(parse("status --json")).toEqual({ name: "status", options: { project, json: true } });
  expect(parse("logs 36-1 -f")).toEqual({ name: "logs", story: "36-1", options: { project, follow: true } });
  expect(parse("clean --dry-run --project x")).toEqual({
    name: "clean",
    options: { project: "x", dryRun: true, force: false },
  });
  expect(parse("--version")).toEqual({ name: "version" });
  expect(parse("status --version")).toEqual({ name: "version" });
});

test.each([
  ["ctl pause", { type: "pause" }],
  ["ctl resume", { type: "resume" }],
  ["ctl inbox", { type: "inbox" }],
  ["ctl stop", { type: "stop", reason: "asked for by ctl stop" }],
  ["ctl retry 36-1", { type: "retry", story: "36-1" }],
  ["ctl retry 36-1 --note careful", { type: "retry", story: "36-1", note: "careful" }],
  ["ctl skip 36-1", { type: "skip", story: "36-1" }],
  ["ctl skip --as-done 36-1", { type: "skip", story: "36-1", satisfies: true }],
  ["ctl cancel 36-1", { type: "cancel", story: "36-1" }],
  ["ctl workers 6", { type: "workers", max: 6 }],
  ["ctl answer 36-1 use the old table", { type: "answer", story: "36-1", text: "use the old table" }],
  ["ctl answer 36-1 -- --force is fine", { type: "answer", story: "36-1", text: "--force is fine" }],
])("%s", (line, action) => {
  expect(parse(line)).toEqual({ name: "ctl", action, options: { project: undefined } });
});

test("help is given everywhere, whatever else is wrong", () => {
  expect(parse("--help")).toEqual({ name: "help", topic: undefined });
  expect(parse("-h")).toEqual({ name: "help", topic: undefined });
  expect(parse("help")).toEqual({ name: "help", topic: undefined });
  expect(parse("help run")).toEqual({ name: "help", topic: "run" });
  for (const command of Object.keys(COMMANDS) as CommandName[]) {
    expect(parse(`${command} --help`)).toEqual({ name: "help", topic: command });
    expect(parse(`${command} nonsense --max-workers=none -h`)).toEqual({ name: "help", topic: command });
  }
});

test.each([
  ["rnu", '"rnu" is not a command; did you mean run?'],
  ["stat", '"stat" is not a command; did you mean status?'],
  ["zebra", '"zebra" is not a command'],
  ["run --max-worker 3", '"--max-worker" is not an option; did you mean --max-workers?'],
  ["run --zebra", '"--zebra" is not an option'],
  ["run -x", '"-x" is not an option'],
  ["status --epic 3", "--epic is not an option of status (it belongs to run, plan)"],
  ["run --max-workers many", '--max-workers must be a whole number from 1 to 1000, not "many"'],
  ["run --max-workers 0", '--max-workers must be a whole number from 1 to 1000, not "0"'],
  ["run --max-workers --json", "--max-workers needs a value: N"],
  ["run --epic", "--epic needs a value: EPIC"],
  ["run --epic=", "--epic needs a value: EPIC"],
  ["run --json=yes", "--json takes no value"],
  ["run --mode selekt --epic 3", '--mode must be continue, select or autopilot, not "selekt"; did you mean select?'],
  ["run --stories 36-1,,36-2", '--stories has an empty entry: "36-1,,36-2"'],
  ["run --until later", '--until must be a time like 07:00 or 2026-01-31T07:00, not "later"'],
  ["run --until 25:00", '--until must be a time like 07:00 or 2026-01-31T07:00, not "25:00"'],
  ["run --epic 3 --epic 4", "--epic is given twice"],
  ["run --resume --fresh", "--resume and --fresh contradict each other"],
  ["run --execution sequential --order epic", "--execution sequential and --order epic contradict each other"],
  ["run --mode select", "--mode select needs --epic or --stories"],
  ["run 36-1", 'run does not know what to do with "36-1"'],
  ["logs", "logs needs the KEY of a story"],
  ["logs a b", 'logs does not know what to do with "b"'],
  ["ctl", "ctl needs an action: pause, resume, retry, skip, cancel, workers, answer, approve, message, inbox, stop"],
  ["ctl pauze", '"pauze" is not an action of ctl; did you mean pause?'],
  ["ctl retry", "ctl retry needs KEY: ctl retry KEY"],
  ["ctl answer 36-1", "ctl answer needs TEXT: ctl answer KEY TEXT"],
  ["ctl pause now", 'ctl pause does not know what to do with "now"'],
  ["ctl workers none", 'ctl workers must be a whole number from 1 to 1000, not "none"'],
  ["ctl skip 36-1 --note x", "--note belongs to ctl retry"],
  ["help rnu", '"rnu" is not a command; did you mean run?'],
  ["run --pre-selected file", "--pre-selected is not in this version yet"],
  ["run --create-stories", "--create-stories is not in this version yet"],
  ["plan --infer", "--infer is not in this version yet"],
])("%s: %s", (line, message) => {
  expect(mistake(line)).toBe(message);
});

test("what later versions bring is refused by name", () => {
  for (const command of LATER_COMMANDS)
    expect(mistake(command)).toBe(`storyboard ${command} is not in this version yet`);
});

test("all mistakes are listed together, with exit status 2 and where help is", () => {
  const error = mistakeOf(["run", "--max-workers", "x", "--mode", "y", "--json=1"]);
  expect(error.exitStatus).toBe(2);
  expect(error.message).toBe(
    [
      "3 mistakes:",
      '  --max-workers must be a whole number from 1 to 1000, not "x"',
      '  --mode must be continue, select or autopilot, not "y"',
      "  --json takes no value",
    ].join("\n"),
  );
  expect(error.nextSteps).toEqual(["See `storyboard run --help`."]);
});

test("any words at all are understood or refused in words, and what is quoted is harmless", () => {
  const word = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      ...Object.keys(COMMANDS),
      "--help",
      "--json",
      "--max-workers",
      "--",
      "-",
      "__proto__",
      "--__proto__",
    ),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
      try {
        parseCommandLine(argv);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not be there
        expect((error as UserError).message).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
      }
    }),
    { numRuns: 500 },
  );
});

test("options become settings above every file", () => {
  const overrides = (line: string): unknown => {
    const parsed = parse(line);
    if (parsed.name !== "run") throw new Error("not a run");
    return overridesOf(parsed.options).map(({ option, path, value }) => [option, path.join("."), value]);
  };
  expect(overrides("run")).toEqual([]);
  expect(
    overrides(
      "run --max-workers 4 --agent a --review-agent b --pipeline build --inbox fail --accept-baseline --execution sequential",
    ),
  ).toEqual([
    ["--execution", "order", "sequential"],
    ["--max-workers", "max_workers", 4],
    ["--agent", "dev_agent", "a"],
    ["--review-agent", "review_agent", "b"],
    ["--pipeline", "pipeline", "build"],
    ["--inbox", "inbox", "fail"],
    ["--accept-baseline", "gates.baseline", "accept"],
  ]);
  expect(overrides("run --execution parallel")).toEqual([["--execution", "order", "auto"]]);
  expect(overrides("run --execution parallel --order epic")).toEqual([["--order", "order", "epic"]]);
});
