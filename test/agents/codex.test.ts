import { holdsToTheTable } from "./conformance.ts";
import { codexUnderTest } from "./programs/codex.ts";

await holdsToTheTable(codexUnderTest);
