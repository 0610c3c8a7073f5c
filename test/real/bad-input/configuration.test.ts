import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentConfiguration, type Project } from "../../support/project.ts";
import { expectRefusal, goodSprint, type Refusal, traces, withProject } from "./support.ts";

const configured =
  (text: string) =>
  (project: Project): void => {
    goodSprint(project);
    project.write("storyboard.yaml", text);
    project.commit();
  };

const withMore = (more: string): ((project: Project) => void) => configured(agentConfiguration(more));

const withCommand = (program: string, prepare: (project: Project) => void): ((project: Project) => void) => {
  return (project) => {
    prepare(project);
    configured(`agents: { builder: { cli: command, command: ["${program}"] } }\n`)(project);
  };
};

const REFUSALS: readonly Refusal[] = [
  {
    name: "several mistakes at once, from the top of the file down, with the nearest names",
    make: withMore(
      [
        "max_worker: 3",
        "pipline: build",
        "limits: { turn_minute: 3, silent_minutes: soon }",
        'max_retry_per_story: "three"',
        "dev_agent: bilder",
        "review: { blocking: hihg }",
        "agent: {}",
      ].join("\n"),
    ),
    says: [
      "The configuration has 8 mistakes:",
      new RegExp(
        [
          String.raw`storyboard\.yaml:4:1  max_worker: is not a known setting; did you mean max_workers\?`,
          String.raw`storyboard\.yaml:5:1  pipline: is not a known setting; did you mean pipeline\?`,
          String.raw`storyboard\.yaml:6:11  limits\.turn_minute: is not a known setting; did you mean turn_minutes\?`,
          String.raw`storyboard\.yaml:6:43  limits\.silent_minutes: must be a number, not "soon"`,
          String.raw`storyboard\.yaml:7:22  max_retry_per_story: must be a number, not "three"`,
          String.raw`storyboard\.yaml:8:12  dev_agent: "bilder" is not one of agents \(configured are builder\); did you mean builder\?`,
          String.raw`storyboard\.yaml:9:21  review\.blocking: must be critical, high, medium or low, not "hihg"`,
          String.raw`storyboard\.yaml:10:1  agent: is not a known setting; did you mean agents\?`,
        ].join(String.raw`\n  `),
      ),
    ],
  },
  {
    name: "an unknown pipeline and what this version does not serve",
    make: withMore("pipeline: dev-reviw\nsource: phases\nfinish: { push: true }\n"),
    says: [
      'pipeline: must be build, dev-review, worker or seven-phase, not "dev-reviw"; did you mean dev-review?',
      'source: "phases" is not supported in this version yet',
      "finish.push: true is not supported in this version yet",
    ],
  },
  {
    name: "a pipeline of the project that would bring no story to its end",
    make: withMore(
      [
        "pipeline: own",
        "pipelines:",
        "  own:",
        "    phases:",
        "      - { name: BUILD, role: bilder, next: BUILD }",
        "      - { name: AUDIT, role: reviewer, permission: read, evidence: verdict }",
        "  loop:",
        "    phases:",
        "      - { name: BUILD, next: BUILD }",
        "      - { name: VERIFY, role: reviewer, permission: read, evidence: verdict }",
        "",
      ].join("\n"),
    ),
    says: [
      'pipelines.own.phases[0].role: "bilder" is no role; known are builder, reviewer',
      'pipelines.own.phases[1].name: "audit" is no prompt; known are build, verify',
      "pipelines.loop.phases[0].next: BUILD has no way out: what follows it never comes to the landing",
      "pipelines.loop.phases[1].name: VERIFY is never reached: no phase leads to it",
    ],
  },
  {
    name: "unknown names of configured gates",
    make: configured(
      agentConfiguration("evidence: { gates: [tset, lnt] }\n").replace(
        "commands: {}",
        'commands: { test: "true", lint: "true" }',
      ),
    ),
    says: [
      'evidence.gates[0]: "tset" is not one of gates.commands; did you mean test?',
      'evidence.gates[1]: "lnt" is not one of gates.commands; did you mean lint?',
    ],
  },
  {
    name: "an unknown name where gates are detected",
    make: configured(agentConfiguration("evidence: { gates: [tset] }\n").replace("gates: { commands: {} }\n", "")),
    says: ['evidence.gates: there is no gate named "tset"', "gates.commands"],
  },
  {
    name: "a configuration that is no YAML",
    make: withMore("x: [a\n"),
    says: [/storyboard\.yaml:5:1 {2}Flow sequence/],
  },
  {
    name: "a configuration that is a list",
    make: configured("- a\n- b\n"),
    says: ["storyboard.yaml:1:1  must be settings (key: value), not a list or a text"],
  },
  {
    name: "an unknown cli",
    make: configured("agents: { builder: { cli: cluade } }\n"),
    says: ['agents.builder.cli: must be claude, codex, opencode, gemini, acp, command or demo, not "cluade"'],
  },
  {
    name: "an agent program that does not exist",
    make: withCommand("no-such-agent", () => {}),
    says: ["The agent builder cannot be started: the program no-such-agent was not found.", "agents.builder"],
  },
  {
    name: "an agent program that is not executable",
    make: withCommand("./agent.sh", (project) => {
      project.write("agent.sh", "#!/bin/sh\n");
      chmodSync(join(project.path, "agent.sh"), 0o644);
    }),
    says: ["The agent builder cannot be started: PROJECT/agent.sh is not executable.", "chmod +x"],
  },
  {
    name: "an agent program that is a folder",
    make: withCommand("./agent", (project) => {
      mkdirSync(join(project.path, "agent"));
      project.write("agent/keep", "");
    }),
    says: ["The agent builder cannot be started: PROJECT/agent is a folder, not a program."],
  },
];

test.concurrent.each(REFUSALS)("$name: refused before the start", expectRefusal);

test.concurrent("no agent at all, and none installed: refused before the start", () =>
  withProject(async (project) => {
    configured("")(project);
    // Only what the program itself needs, so that no agent of this machine is found.
    const tools = join(project.base, "tools");
    mkdirSync(tools);
    for (const tool of ["sh", "git", "dirname", "readlink", "find"]) {
      symlinkSync(execFileSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).trim(), join(tools, tool));
    }
    const { status, stderr } = await project.storyboard(["run"], { PATH: tools });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(
        /The agents are not configured:(?:.|\n)*agents: \{ builder: \{ cli: command, command: \[/,
      ),
    });
  }));

const COMMAND_LINES: readonly (readonly [args: readonly string[], status: number, says: string])[] = [
  [["rnu"], 2, '"rnu" is not a command; did you mean run?'],
  [["run", "--max-workers", "0"], 2, '--max-workers must be a whole number from 1 to 1000, not "0"'],
  [["run", "--epik", "1"], 2, '"--epik" is not an option; did you mean --epic?'],
  [["run", "--stories"], 2, "--stories needs a value: KEY,KEY"],
  [["run", "--stories", "9-9"], 2, '"9-9" fits no story'],
  [["run", "--epic", "9"], 2, 'No epic "9" has stories.'],
  [["run", "--until", "yesterday"], 2, "--until must be a time like 07:00"],
  [["run", "--resume", "--fresh"], 2, "--resume and --fresh contradict each other"],
  [["run", "extra"], 2, 'run does not know what to do with "extra"'],
  [["run", "--pipeline", "nope"], 2, 'pipeline: must be build, dev-review, worker or seven-phase, not "nope"'],
  [["run", "--agent", "nope"], 2, '"nope" is not one of agents (configured are builder)'],
  [["run", "\u001b[31m--x"], 2, "run does not know what to do with"],
  [["ctl", "frob"], 2, '"frob" is not an action of ctl'],
  [["ctl", "pause"], 1, "There is no run in this project."],
  [["logs"], 2, "logs needs the KEY of a story"],
  [["logs", "1-1"], 1, "There is no run in this project."],
  [["status"], 1, "There is no run in this project."],
];

test(
  "every wrong command line is answered with what was wrong and where to look, and nothing is done",
  () =>
    withProject(async (project) => {
      goodSprint(project);
      project.commit();
      const before = traces(project);
      // One after the other: each start holds the repository's lock while it looks.
      for (const [args, status, says] of COMMAND_LINES) {
        const ran = await project.storyboard(args);
        expect({ args, status: ran.status, stdout: ran.stdout }).toEqual({ args, status, stdout: "" });
        expect(ran.stderr, args.join(" ")).toContain(says);
        expect(ran.stderr, args.join(" ")).toMatch(/^storyboard: .+\n( {2}.+\n)+$/);
        expect(ran.stderr).not.toContain("\u001b");
      }
      expect(traces(project)).toEqual(before);
    }),
  60_000,
);
