import { shortNameOf } from "../../core/model/story-key.ts";
import { nodeTestLine } from "./node-tests.ts";
import { PACE_VARIABLE } from "./pace.ts";
import { DEMO_STORIES } from "./stories/demo-stories.ts";
import type { DemoStory } from "./stories/demo-story.ts";
import { NOTHING_EXPORTED } from "./stories/exported.ts";

/** What the demo's project is made with. */
export interface ProjectSettings {
  /** The Node that runs storyboard: the user's machine may have an older one, or none. */
  readonly node: string;
  /** Whether that Node can run all test files in one process: 24 and newer. */
  readonly hasIsolation: boolean;
  readonly pace: number;
}

/** Name of the demo's project. */
export const PROJECT_NAME = "recipes";

const ARTIFACTS = "_bmad-output/implementation-artifacts";
const SPRINT_FILE = `${ARTIFACTS}/sprint-status.yaml`;

/** Every file that the demo's project has before its first story, by path. */
export const projectFiles = (settings: ProjectSettings): Readonly<Record<string, string>> => ({
  ...SKELETON,
  "storyboard.yaml": configuration(settings),
  [SPRINT_FILE]: sprintFile(),
  ...Object.fromEntries(DEMO_STORIES.map((story) => [`${ARTIFACTS}/${story.key}.md`, storyFile(story)])),
});

const SKELETON: Readonly<Record<string, string>> = {
  "README.md": `# ${PROJECT_NAME}

A cook book for the command line. Written by the demo of storyboard.

    node bin/recipes.js show recipes/pancakes.md --serves 2
    node bin/recipes.js shop recipes/pancakes.md recipes/custard.md
`,
  "package.json": `{
  "name": "${PROJECT_NAME}",
  "version": "0.0.0",
  "private": true,
  "type": "module",
  "scripts": { "test": "node --test" }
}
`,
  ".gitignore": "node_modules/\n",
  "src/index.js": `// What other programs may import.\n${NOTHING_EXPORTED}\n`,
  "test/index.test.js": `import assert from "node:assert/strict";
import { test } from "node:test";

test("the library can be imported", async () => {
  assert.ok(await import("../src/index.js"));
});
`,
  "recipes/pancakes.md": "# Pancakes\n\nServes 4\n\n- 1 1/2 cup flour\n- 1 cup milk\n- 2 eggs\n- 1/2 tsp salt\n",
  "recipes/custard.md": "# Custard\n\nServes 4\n\n- 500 ml milk\n- 3 eggs\n- 60 g sugar\n",
};

const configuration = ({ node, hasIsolation, pace }: ProjectSettings): string => {
  const agent = `{ cli: demo, env: { ${PACE_VARIABLE}: "${pace}" } }`;
  const gate = nodeTestLine({ node, hasIsolation });
  return `# The agents of the demo are part of storyboard: they need no account and no network, and know this sprint alone.
# In a project of your own you name real ones here, for example
#   builder: { cli: command, command: [my-agent, --headless] }
agents:
  builder: ${agent}
  reviewer: ${agent}
order: parallel # what a story file declares holds, nothing else waits
max_workers: 3
gates:
  commands:
    test: ${JSON.stringify(gate)}
`;
};

const sprintFile = (): string => {
  const epics = [...new Set(DEMO_STORIES.map(epicOf))];
  const lines = epics.flatMap((epic) => [
    `  epic-${epic}: backlog`,
    ...DEMO_STORIES.filter((story) => epicOf(story) === epic).map(({ key }) => `  ${key}: ready-for-dev`),
    `  epic-${epic}-retrospective: optional`,
  ]);
  return `# The sprint of the demo. storyboard keeps the statuses true.
project: ${PROJECT_NAME}
project_key: NOKEY
tracking_system: file-system
story_location: "${ARTIFACTS}"

development_status:
${lines.join("\n")}
`;
};

const epicOf = ({ key }: DemoStory): string => key.slice(0, key.indexOf("-"));

const storyFile = ({ key, title, after, wish, criteria, tasks }: DemoStory): string => {
  const dotted = shortNameOf(key).replace("-", ".");
  const dependsOn = after.map((other) => `Story ${other.replace("-", ".")}`).join(", ");
  return `# Story ${dotted}: ${title}

Status: ready-for-dev

## Story

${wish}
${dependsOn === "" ? "" : `\n**Depends on:** ${dependsOn}\n`}
## Acceptance Criteria

${criteria.map(({ text }, i) => `${i + 1}. ${text}`).join("\n")}

## Tasks / Subtasks

${tasks.map((task) => `- [ ] ${task}`).join("\n")}

## Dev Agent Record

### File List
`;
};
