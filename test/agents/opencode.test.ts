import { holdsToTheTable } from "./conformance.ts";
import { opencodeUnderTest } from "./programs/opencode.ts";

await holdsToTheTable(opencodeUnderTest);
