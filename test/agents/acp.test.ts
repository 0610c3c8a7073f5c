import { holdsToTheTable } from "./conformance.ts";
import { acpUnderTest } from "./programs/acp.ts";

await holdsToTheTable(acpUnderTest);
