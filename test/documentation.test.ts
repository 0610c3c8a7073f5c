import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { COMMANDS } from "../src/app/command-line/commands.ts";
import { loadConfiguration } from "../src/app/configuration/load-configuration.ts";
import { AGENTS } from "../src/core/agents/agents.ts";
import { BUILT_IN_TEMPLATES } from "../src/core/agents/prompts/built-in-templates.ts";
import { checkTemplates } from "../src/core/agents/prompts/check-templates.ts";
import { TEMPLATE_TAGS } from "../src/core/agents/prompts/template-engine.ts";
import { TEMPLATE_VARIABLES } from "../src/core/agents/prompts/template-variables.ts";
import { pipelineSettingSchema } from "../src/core/model/pipeline-settings.ts";
import { PIPELINES } from "../src/core/model/pipelines.ts";
import { AGENT_PROGRAMS } from "./support/agent-programs.ts";

const ROOT = join(import.meta.dirname, "..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");

/** The fenced blocks of a language, with the indentation of their list item taken off. */
const blocksOf = (language: string, page: string = README): string[] =>
  [...page.matchAll(/^( *)```(\w+)\n([\s\S]*?)^ *```$/gm)]
    .filter((match) => match[2] === language)
    .map((match) => (match[3] ?? "").replaceAll(new RegExp(`^${match[1]}`, "gm"), ""));

const PAGES = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  ...readdirSync(join(ROOT, "docs")).flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : [])),
];

test("every configuration that the README and the pages show is accepted", async () => {
  const blocks = PAGES.flatMap((page) => blocksOf("yaml", readFileSync(join(ROOT, page), "utf8")));
  expect(blocks.length).toBeGreaterThanOrEqual(5);
  for (const block of blocks) {
    const folder = mkdtempSync(join(tmpdir(), "readme-"));
    try {
      // What a setting names has to be there.
      for (const [, file = ""] of block.matchAll(/: (\S+\/\S+\.md)\b/g)) {
        mkdirSync(join(folder, dirname(file)), { recursive: true });
        writeFileSync(join(folder, file), "{{ title }}\n");
      }
      writeFileSync(join(folder, "storyboard.yaml"), block);
      await expect(loadConfiguration({ projectDirectory: folder, home: folder }), block).resolves.toBeDefined();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
});

test("every command is in the README's table, and every link leads somewhere", () => {
  for (const command of Object.keys(COMMANDS).filter((name) => name !== "help")) {
    expect(README).toMatch(new RegExp(`^\\| \`storyboard ${command}\\b`, "m"));
  }
  for (const page of PAGES) {
    for (const [, target = ""] of readFileSync(join(ROOT, page), "utf8").matchAll(/\]\(([^)#]+)\)/g)) {
      if (!target.includes(":")) expect(existsSync(join(ROOT, dirname(page), target)), `${page}: ${target}`).toBe(true);
    }
  }
});

test("the README's table of agents says what their descriptions say", () => {
  const rows = new Map(
    [...README.matchAll(/^\| `(\w+)` +\|(.*)\|$/gm)].map(([, cli = "", cells = ""]) => [
      cli,
      cells.split("|").map((cell) => cell.trim()),
    ]),
  );
  for (const agent of AGENTS.filter(({ cli }) => cli !== "demo")) {
    const [version, , continues = "", message, attach] = rows.get(agent.cli) ?? [];
    expect([agent.cli, version]).toEqual([agent.cli, agent.probe?.tested ?? "-"]);
    const pinned = AGENT_PROGRAMS.find(({ name }) => name === agent.cli)?.version;
    expect([agent.cli, version]).toEqual([agent.cli, pinned ?? "-"]);
    expect([agent.cli, message]).toEqual([agent.cli, agent.takesMessages ? "at once" : "after ending the turn"]);
    expect([agent.cli, attach]).toEqual([agent.cli, agent.attach === undefined ? "no" : "yes"]);
    expect([agent.cli, continues.endsWith("same worktree")]).toEqual([agent.cli, agent.sessionsStayInFolder === true]);
  }
});

test("the page about prompts names every template, tag and variable, and its example is accepted", () => {
  const page = readFileSync(join(ROOT, "docs", "prompts.md"), "utf8");
  const names = /^## Names\n\n([\s\S]*?)\n\n## /m.exec(page)?.[1] ?? "";
  const rows = [...names.matchAll(/^\| `([\w.]+)` +\| (.*?) +\|$/gm)].map(([, name = "", about = ""]) => [name, about]);
  expect(Object.fromEntries(rows)).toEqual(TEMPLATE_VARIABLES);
  for (const name of Object.keys(BUILT_IN_TEMPLATES)) expect(page).toContain(`\`${name}\``);
  for (const tag of TEMPLATE_TAGS.filter((each) => each !== "#")) expect(page).toContain(`\`${tag}\``);
  const example = /^```liquid\n([\s\S]*?)^```$/m.exec(page)?.[1];
  expect(() => checkTemplates([{ file: "example.md", text: example ?? "" }])).not.toThrow();
});

test("the page about pipelines tells the phases of each, and every key of a phase", () => {
  const page = readFileSync(join(ROOT, "docs", "pipelines.md"), "utf8");
  const told = [...page.matchAll(/^\| `([\w-]+)` +\| ([A-Z ]+?) +\|/gm)].map(([, name = "", phases = ""]) => [
    name,
    phases,
  ]);
  const phasesOf = Object.values(PIPELINES).map(({ name, phases }) => [
    name,
    phases.map((phase) => phase.name).join(" "),
  ]);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(phasesOf));
  for (const key of Object.keys(pipelineSettingSchema.shape.phases.element.shape)) {
    expect(page).toMatch(new RegExp(`^\\| \`${key}\` `, "m"));
  }
});

test("the architecture page's table of imports names every part of the core", () => {
  const page = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8");
  for (const part of [
    "model",
    "files",
    "backlog",
    "scheduler",
    "agents",
    "jobs",
    "workspace",
    "evidence",
    "control",
    "engine",
  ]) {
    expect(page).toContain(`\`src/core/${part}\``);
  }
});
