// Says which of the agent programs that tests need are missing; exits with 0 where all are there.
// --fetch installs them, one after the other and at the lowest priority, so that nothing beside it is disturbed.
import { constants, setPriority } from "node:os";
import { AGENT_PROGRAMS, installedProgram, readyProgram } from "../test/support/agent-programs.ts";

if (process.argv.includes("--fetch")) {
  setPriority(constants.priority.PRIORITY_LOW);
  for (const program of AGENT_PROGRAMS) {
    try {
      await readyProgram(program);
    } catch (error) {
      console.error(error.message);
    }
  }
}
const missing = AGENT_PROGRAMS.filter((program) => installedProgram(program) === undefined);
if (missing.length > 0) {
  const names = missing.map(({ name, version }) => `${name} ${version}`).join(", ");
  console.log(`\nThe tests of the real agent programs need ${names}: npm run test:agents fetches them.`);
  process.exit(1);
}
