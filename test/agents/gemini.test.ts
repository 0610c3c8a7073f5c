import { holdsToTheTable } from "./conformance.ts";
import { geminiUnderTest } from "./programs/gemini.ts";

await holdsToTheTable(geminiUnderTest);
