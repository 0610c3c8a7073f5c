import { expect, test } from "vitest";
import { commandsOf } from "../../../src/core/agents/shell-line.ts";

test.each([
  ["npm test", ["npm test"]],
  ["npm test 2>&1", ["npm test 2>&1", "npm test"]],
  ["make check > /dev/null 2>&1", ["make check > /dev/null 2>&1", "make check"]],
  ["(cd web && npm test)", ["(cd web", "cd web", "npm test)", "npm test"]],
  ["CI=1 npm run lint; echo 'a && b' | cat", ["CI=1 npm run lint", "npm run lint", "echo 'a && b'", "cat"]],
  // An assignment as the beginning of a command would allow any command.
  ["CI=true; npm test", ["npm test"]],
  ["node -e 'f(1) & g'", ["node -e 'f(1) & g'"]],
  ["npm test & wait", ["npm test", "wait"]],
])("the commands of %j, as an agent may write them", (line, commands) => {
  expect(commandsOf(line)).toEqual(commands);
});
