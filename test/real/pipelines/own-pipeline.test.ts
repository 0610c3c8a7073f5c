import { expect, test, vi } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import { agentConfiguration, type Project, writeSprint } from "../../support/project.ts";
import { promptOf, scripted } from "../../support/steering.ts";
import { finding, phasesOf, SEVEN, scriptPhases, statusIn, turnsOf } from "./phases.ts";

vi.setConfig({ testTimeout: 90_000 });

let project: Project;
eachProject((made) => {
  project = made;
});

const KEY = "1-1-base";

/** A pipeline with a review of its own, which says twice at most what is wrong, and a phase that writes documents. */
const CAREFUL = `pipeline: careful
roles: { security: auditor, writer: builder }
prompts: { docs: house/docs.md }
pipelines:
  careful:
    phases:
      - { name: BUILD }
      - name: AUDIT
        role: security
        permission: read
        evidence: verdict
        on_findings: REPAIR
        times: 2
        next: DOCS
      - { name: REPAIR, prompt: refine, session: BUILD, next: AUDIT }
      - { name: DOCS, role: writer, permission: edit, on_failure: BUILD }
`;

const write = (phases: Readonly<Record<string, string>> = {}, more = ""): void => {
  const [agents = "", ...rest] = agentConfiguration(CAREFUL + more).split(/(?<=builder: .*\n)/);
  const auditor = agents.slice(agents.indexOf("  builder:")).replace("builder", "auditor");
  writeSprint(project, [{ key: KEY }], { configuration: [agents, auditor, ...rest].join("") });
  project
    .write("storyboard/prompts/audit.md", "Look for holes in {{ short_key }}.\n\n{{ sections.verdict_block }}\n")
    .write("house/docs.md", "Write down what {{ short_key }} does.\n\n{{ sections.evidence }}\n")
    .commit();
  scriptPhases(project, {
    BUILD: `[ "$STORYBOARD_ATTEMPT" = 1 ] || { echo again; exit; }\n${SEVEN.BUILD}\nsed -i 's/\\[ \\]/[x]/' "$STORYBOARD_STORY_FILE"; git commit -qam ticked`,
    AUDIT: `if [ "$STORYBOARD_SESSION" ] || [ "$STORYBOARD_ATTEMPT" != 1 ]; then verdict approved; else verdict changes '${finding("a hole")}'; fi`,
    REPAIR: SEVEN.REFINE ?? "",
    DOCS: `echo "what $short does" > notes.txt; git add notes.txt; git commit -qm "docs($short): notes"`,
    ...phases,
  });
};

const run = (...more: string[]) => project.storyboard(["run", "--headless", ...more], scripted(project));

test("a pipeline of the project's own runs with its own roles, templates and ways", async () => {
  write();
  const { status, stdout } = await run();
  expect(status, stdout).toBe(0);
  expect(turnsOf(project)).toEqual([
    `${KEY} BUILD new`,
    `${KEY} AUDIT new`,
    `${KEY} REPAIR BUILD-${KEY}`,
    `${KEY} AUDIT AUDIT-${KEY}`,
    `${KEY} DOCS new`,
  ]);
  expect(await promptOf(project, `${KEY}.1.AUDIT-2`)).toMatch(/^Look for holes in `1-1`\.\n\nEnd your final message/);
  expect(await promptOf(project, `${KEY}.1.REPAIR-3`)).toContain("a hole");
  expect(await promptOf(project, `${KEY}.1.DOCS-5`)).toMatch(
    /^Write down what `1-1` does\.[\s\S]*every task of the story file is ticked/,
  );
  expect(statusIn(project, KEY)).toBe("done");
  expect(project.read("notes.txt")).toBe("what 1-1 does\n");
  expect(project.git("status", "--porcelain")).toBe("");
});

test("a failure goes back to the phase that the pipeline names, with its reason", async () => {
  const docs = `echo x > notes.txt; git add notes.txt; git commit -qm "docs: notes"`;
  write({ DOCS: `if [ "$STORYBOARD_ATTEMPT" = 1 ]; then echo; echo 'HALT: the names contradict'; else ${docs}; fi` });
  const { status, stdout } = await run();
  expect(status, stdout).toBe(0);
  expect(phasesOf(project, KEY)).toEqual(["BUILD", "AUDIT", "REPAIR", "AUDIT", "DOCS", "BUILD", "AUDIT", "DOCS"]);
  expect(await promptOf(project, `${KEY}.2.BUILD-6`)).toContain("DOCS: the names contradict");
});

test("what is still open after as many reviews as the pipeline allows waits for a person", async () => {
  write({ AUDIT: `verdict changes '${finding("a hole")}'` }, "inbox: fail\n");
  const { status, stdout } = await run();
  expect(status, stdout).toBe(1);
  expect(phasesOf(project, KEY)).toEqual(["BUILD", "AUDIT", "REPAIR", "AUDIT"]);
  expect(stdout).toContain("1 finding still open after 2 reviews");
});

test("its roles are known before the start and to the doctor", async () => {
  write();
  for (const args of [["run", "--dry-run"], ["plan"]]) {
    const { status, stdout, stderr } = await project.storyboard(args);
    expect([status, stderr], stdout).toEqual([0, ""]);
  }
  const { stdout } = await run();
  // The one that reviews here is another.
  expect(stdout).not.toContain("reviews its own work");
  expect(stdout).toMatch(/Pipeline: careful \(BUILD AUDIT REPAIR DOCS COMMIT\)/);
  expect(stdout).toMatch(/Builder: builder \(sh .*\n {2}Security: auditor \(sh .*\n {2}Writer: builder \(sh /);
  const doctor = await project.storyboard(["doctor"]);
  expect(doctor.stdout).toMatch(/auditor.*plays security/);
  expect(doctor.stdout).toMatch(/builder.*builds, plays writer/);
});

test("a role that nobody plays, and an agent that is not there, are named with their place", async () => {
  write();
  project.write("storyboard.yaml", project.read("storyboard.yaml").replace("security: auditor", "security: auditer"));
  for (const args of [["run", "--headless"], ["run", "--dry-run"], ["plan"]]) {
    const { status, stdout, stderr } = await project.storyboard(args);
    expect(status).toBe(2);
    expect(stdout + stderr).toMatch(
      /storyboard\.yaml:\d+:\d+ {2}roles\.security: "auditer" is not one of agents .*did you mean auditor\?/,
    );
  }
});
