import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");

/**
 * Who may import whom, besides its own folder: the table of ARCHITECTURE.md. What is not listed is forbidden. A name
 * with `type:` before it may only be imported as a type.
 */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  "src/core/model/": ["zod"],
  "src/core/files/": ["node:"],
  "src/core/backlog/": ["src/core/model/", "node:", "yaml", "zod"],
  "src/core/scheduler/": ["src/core/model/"],
  "src/core/agents/": ["src/core/model/", "node:", "zod", "liquidjs"],
  "src/core/jobs/": ["src/core/model/", "node:"],
  "src/core/workspace/": ["src/core/model/", "src/core/files/", "node:", "zod"],
  "src/core/evidence/": ["src/core/model/", "node:", "zod"],
  "src/core/control/": ["src/core/model/", "type:src/core/scheduler/", "node:", "zod"],
  "src/core/engine/": ["src/core/", "node:"],
  "src/components/": [
    "type:src/core/model/",
    "src/core/model/display-width.ts",
    "ink",
    "ink-spinner",
    "ink-table",
    "react",
  ],
  "src/app/": [
    "src/core/",
    "src/components/",
    "node:",
    "@agentclientprotocol/sdk",
    "@modelcontextprotocol/sdk",
    "yaml",
    "zod",
    "ink",
    "react",
    "zustand",
  ],
  "src/bin.ts": ["src/app/"],
};

/** Programs are started in these files alone: one for each kind. */
const STARTERS = [
  // Whatever a person opens on their terminal.
  "src/app/attach/run-at-terminal.ts",
  // An agent that is talked with while it works, under the bridge that is its job's program.
  "src/app/bridge/start-agent.ts",
  // Agent programs, asked about themselves and never left running.
  "src/app/doctor/ask-program.ts",
  // Our own program as a lead that outlives the screen, and tmux.
  "src/app/lead/start-lead.ts",
  "src/app/screen/open-side-pane.ts",
  "src/core/jobs/keeper.ts",
  // `ps`, on systems without /proc.
  "src/core/workspace/index-lock.ts",
  "src/core/workspace/start-git.ts",
];
/** Files that may ask for the type of a process, or for `ps` where there is no /proc. */
const MAY_NAME_PROCESSES = ["src/core/jobs/"];

const filesBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));

// A line of a text that the program writes is no import of ours; such lines name no real module.
const IMPORT =
  /^(import|export)\s+(type\s+)?(?:[^"']*?\sfrom\s+)?["']([^"'$]+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm;

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

const importsOf = (file: string): Import[] =>
  [...readFileSync(join(ROOT, file), "utf8").matchAll(IMPORT)].map((match) => {
    const target = match[3] ?? match[4] ?? "";
    const to = target.startsWith(".") ? relative(ROOT, join(ROOT, dirname(file), target)) : target;
    const names = match[0].includes("{") ? match[0].slice(match[0].indexOf("{") + 1, match[0].indexOf("}")) : "";
    const allTypes =
      names !== "" && names.split(",").every((name) => name.trim() === "" || name.trim().startsWith("type "));
    return { from: file, to, isType: match[2] !== undefined || allTypes };
  });

const isAllowed = ({ from, to, isType }: Import): boolean => {
  const layer = Object.keys(LAYERS).find((name) => from.startsWith(name));
  if (layer === undefined) return false;
  if (to.startsWith(layer)) return true;
  return (LAYERS[layer] ?? []).some((allowed) => {
    if (allowed.startsWith("type:")) return isType && to.startsWith(allowed.slice("type:".length));
    return to === allowed || (/[:/]$/.test(allowed) && to.startsWith(allowed)) || to.startsWith(`${allowed}/`);
  });
};

test("imports point one way, by the table of the architecture", () => {
  const forbidden = filesBelow("src")
    .flatMap(importsOf)
    .filter((each) => !isAllowed(each));
  expect(forbidden.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
});

test("the core knows no screen, no clock and no chance where it decides", () => {
  for (const file of filesBelow("src/core/scheduler")) {
    const text = readFileSync(join(ROOT, file), "utf8");
    expect(text, file).not.toMatch(/Date\.now|new Date|Math\.random|setTimeout|process\.|from "node:/);
  }
});

test("programs are started in one file for each kind", () => {
  const starting = filesBelow("src").filter((file) => {
    if (MAY_NAME_PROCESSES.some((folder) => file.startsWith(folder)) && file !== "src/core/jobs/keeper.ts")
      return false;
    const text = readFileSync(join(ROOT, file), "utf8");
    return (
      /from "(?:execa|node:child_process)"/.test(text) && !/import type \{[^}]*\} from "node:child_process"/.test(text)
    );
  });
  expect(starting.sort()).toEqual(STARTERS);
});

test("no source file is longer than 300 lines", () => {
  const long = filesBelow("src").filter((file) => readFileSync(join(ROOT, file), "utf8").split("\n").length > 301);
  expect(long).toEqual([]);
});

test("the program ends in one place", () => {
  const ending = filesBelow("src").filter((file) => /process\.exit\(/.test(readFileSync(join(ROOT, file), "utf8")));
  expect(ending).toEqual(["src/bin.ts"]);
});
