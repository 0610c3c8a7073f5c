import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import {
  ACTIONS,
  COMMANDS,
  type CommandDescription,
  type CommandName,
  OPTIONS,
  type OptionDescription,
} from "../../../src/app/command-line/commands.ts";
import { HELP_COLUMNS_MAX, helpText } from "../../../src/app/command-line/help.ts";
import { printProblem } from "../../../src/app/command-line/print-problem.ts";
import { UserError } from "../../../src/core/model/user-error.ts";

const NAMES = Object.keys(COMMANDS) as CommandName[];

test("every help is readable at 80 columns and ends with one line feed", () => {
  for (const text of [helpText(), ...NAMES.map(helpText)]) {
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(HELP_COLUMNS_MAX);
    expect(text).toMatch(/[^\n]\n$/);
    expect(text).not.toMatch(/ $/m);
  }
});

test("the help names every command, every option of a command, every action and the exit statuses", () => {
  for (const name of NAMES) {
    expect(helpText()).toMatch(new RegExp(`^  ${name} `, "m"));
    const { options }: CommandDescription = COMMANDS[name];
    if (name === "help") continue;
    for (const option of options) {
      const { isInternal }: OptionDescription = OPTIONS[option];
      if (isInternal) expect(helpText(name)).not.toContain(option);
      else expect(helpText(name)).toContain(`--${option}`);
    }
  }
  for (const action of Object.keys(ACTIONS)) expect(helpText("ctl")).toMatch(new RegExp(`^  .*\\b${action}\\b`, "m"));
  for (const status of ["0", "1", "2", "3", "130"]) {
    expect(helpText()).toMatch(new RegExp(`^  ${status} +\\S`, "m"));
    expect(helpText("run")).toMatch(new RegExp(`^  ${status} +\\S`, "m"));
  }
  expect(helpText("status")).toMatch(/^Exit status: 0 /m);
});

test("options line up", () => {
  expect(helpText("logs")).toBe(
    [
      "Usage: storyboard logs KEY [OPTIONS]",
      "",
      "Print what a story's agent wrote.",
      "",
      "Options:",
      "  -f, --follow            go on printing as the agent writes",
      "  --project DIR           the project's folder; the current one by default",
      "  -h, --help              print this help",
      "",
      "Exit status: 0 done, 1 it could not be done, 2 wrong usage or configuration.",
      "",
    ].join("\n"),
  );
});

test("a problem is shown with what to do next, and acts on no terminal", () => {
  let shown = "";
  const stderr = { write: (text: string) => (shown += text) };
  printProblem(
    new UserError("The story \u001b]0;owned\u0007\u001b[31mkey is odd:\n  line two", ["Rename it.", "Or not."]),
    stderr,
  );
  expect(shown).toBe("storyboard: The story key is odd:\n  line two\n  Rename it.\n  Or not.\n");
});

test("reading the command line and printing help loads neither zod nor yaml", async () => {
  const modules = ["parse-command-line", "help", "overrides", "print-problem", "until"].map((name) =>
    join(import.meta.dirname, `../../../src/app/command-line/${name}.ts`),
  );
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ resolve: (name, context, next) => { loaded.push(name); return next(name, context); } });
    for (const file of ${JSON.stringify(modules)}) await import(file);
    process.stdout.write(JSON.stringify(loaded));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  const loaded = JSON.parse(stdout) as string[];
  expect(loaded.length).toBeGreaterThan(5);
  expect(loaded.filter((name) => !name.startsWith(".") && !name.startsWith("/"))).toEqual(["node:util"]);
});
