import { holdsToTheTable } from "./conformance.ts";
import { claudeUnderTest } from "./programs/claude.ts";

await holdsToTheTable(claudeUnderTest);
