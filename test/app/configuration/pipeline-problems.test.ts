import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadConfiguration } from "../../../src/app/configuration/load-configuration.ts";

let projectDirectory: string;
beforeEach(() => {
  projectDirectory = mkdtempSync(join(tmpdir(), "pipelines-"));
});
afterEach(() => rmSync(projectDirectory, { recursive: true, force: true }));

const load = (text: string) => {
  writeFileSync(join(projectDirectory, "storyboard.yaml"), text);
  return loadConfiguration({ projectDirectory, home: projectDirectory, overrides: [] });
};

/** The lines of the message but the first. */
const mistakes = async (text: string): Promise<string[]> => {
  const error = await load(text).then(
    () => new Error("no mistake was found"),
    (thrown: Error) => thrown,
  );
  return error.message
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
};

/** A pipeline `own` with those phases, one a line from the fifth line on. */
const own = (...phases: readonly string[]): string =>
  `agents: { builder: { cli: demo } }\npipelines:\n  own:\n    phases:\n${phases.map((phase) => `      - { ${phase} }\n`).join("")}`;

const BUILD = "name: BUILD";
const VERIFY = "name: VERIFY, role: reviewer, permission: read, evidence: verdict";

/** What is wrong, in phases in which `^` stands before the place that has to be named, and the words about it. */
const WRONG: readonly (readonly [string, readonly string[], string])[] = [
  ["a role", [`${BUILD}, role: ^bilder`], '[0].role: "bilder" is no role; known are builder, reviewer'],
  ["a prompt", [`${BUILD}, prompt: ^bild`], '[0].prompt: "bild" is no prompt; known are build, verify'],
  ["a prompt by its phase", [BUILD, "name: ^POLISH"], '[1].name: "polish" is no prompt; known are build, verify'],
  ["next", [`${BUILD}, next: ^TEST`], '[0].next: "TEST" is no phase of it; known are BUILD, COMMIT, LAND'],
  ["on_findings", [`${VERIFY}, on_findings: ^FIX`], '[0].on_findings: "FIX" is no phase of it; known are VERIFY'],
  ["on_failure", [`${BUILD}, on_failure: ^GO`], '[0].on_failure: "GO" is no phase of it; known are BUILD, COMMIT'],
  ["a session", [`${BUILD}, session: ^PLAN`], '[0].session: "PLAN" is no earlier phase; known are fresh'],
  ["another's session", [BUILD, `${VERIFY}, session: ^BUILD`], "[1].session: BUILD is played by the builder"],
  ["a name twice", [BUILD, "name: ^BUILD"], "[1].name: BUILD is the name of an earlier phase, too"],
  ["storyboard's name", ["name: ^LAND, prompt: build"], "[0].name: LAND is the name of storyboard's own last phase"],
  ["what is never reached", [`${BUILD}, next: COMMIT`, VERIFY.replace("V", "^V")], "[1].name: VERIFY is never reached"],
  ["what has no way out", [`${BUILD}, next: ^BUILD`], "[0].next: BUILD has no way out"],
  [
    "a builder's verdict",
    [BUILD, "name: VERIFY, role: ^builder, evidence: verdict"],
    "[1].role: a verdict of the builder",
  ],
  ["findings of no verdict", [`${BUILD}, on_findings: ^BUILD`], "[0].on_findings: belongs to a phase with"],
  ["a triage of nothing", [BUILD, `${VERIFY}, triage: ^true`], "[1].triage: judges findings"],
  ["a reader that works", [`${BUILD}, permission: ^read, evidence: work`], "[0].permission: read does no work"],
  ["an unknown key", [`${BUILD}, ^on_errors: BUILD`], "[0].on_errors: "],
  ["a name in small letters", ["name: ^build"], "[0].name: "],
];

test.each(WRONG)("%s: what is wrong in a pipeline is named with its place", async (_, phases, wanted) => {
  const marked = own(...phases).split("\n");
  const line = marked.findIndex((text) => text.includes("^"));
  const place = `storyboard.yaml:${line + 1}:${(marked[line]?.indexOf("^") ?? 0) + 1}`;
  const [found = "", ...more] = await mistakes(marked.join("\n").replace("^", ""));
  expect(more).toEqual([]);
  expect(found.slice(0, place.length + wanted.length + 40)).toContain(`pipelines.own.phases${wanted}`);
  expect(found.startsWith(`${place} `), `${found}\nand not at ${place}`).toBe(true);
});

test("a pipeline without any work is named", async () => {
  expect(await mistakes(own("name: PREPARE, permission: read"))).toEqual([
    expect.stringMatching(/^storyboard\.yaml:\d+:\d+ {2}pipelines\.own\.phases: no phase does the work/),
  ]);
});

test("a role and a template of the project's own are known to its pipelines", async () => {
  mkdirSync(join(projectDirectory, "storyboard/prompts"), { recursive: true });
  writeFileSync(join(projectDirectory, "storyboard/prompts/audit.md"), "Look.");
  writeFileSync(join(projectDirectory, "docs.md"), "Write.");
  const text = `${own(BUILD, "name: AUDIT, role: security, permission: read, evidence: verdict", "name: DOCS")}roles: { security: builder }\nprompts: { docs: docs.md }\n`;
  expect((await load(text)).config.pipelines.own?.phases).toHaveLength(3);
  rmSync(join(projectDirectory, "storyboard/prompts/audit.md"));
  expect(await mistakes(text)).toEqual([expect.stringMatching(/^storyboard\.yaml:6:17 {2}.*"audit" is no prompt/)]);
});

test("a pipeline that is not there is named with the nearest one", async () => {
  expect(await mistakes(`pipeline: ownn\n${own(BUILD)}`)).toEqual([
    expect.stringMatching(/^storyboard\.yaml:1:11 {2}pipeline: must be .*, not "ownn"; did you mean own\?$/),
  ]);
});

test("an agent for a role that no phase has is named with the nearest role", async () => {
  const agents = "agents: { builder: { cli: demo } }\n";
  expect(await mistakes(`${agents}roles: { assesor: builder }\n`)).toEqual([
    expect.stringMatching(
      /^storyboard\.yaml:2:\d+ {2}roles\.assesor: no phase has this role; .*did you mean assessor\?$/,
    ),
  ]);
  // A pipeline that is not the chosen one has roles, too.
  expect((await load(`${agents}roles: { assessor: builder }\n`)).config.roles).toEqual({ assessor: "builder" });
  expect(
    await mistakes(`${own(BUILD, "name: AUDIT, prompt: verify, role: securty")}roles: { security: builder }\n`),
  ).toEqual([
    expect.stringContaining('[1].role: "securty" is no role'),
    expect.stringContaining("roles.security: no phase has this role"),
  ]);
});
