import type { Finding } from "../../model/review.ts";
import { mergedSection } from "./conflict-prompts.ts";
import type { PromptContext } from "./context.ts";
import { ledgerSection } from "./criteria-sections.ts";
import { inline } from "./quote.ts";
import {
  diffCommand,
  findingsSection,
  flagsSection,
  list,
  READ_ONLY_SECTION,
  sections,
  severitySection,
  VERDICT_BLOCK_SECTION,
} from "./sections.ts";

/**
 * The prompt of a second VERIFY in the reviewer's own session: old findings first, new ones for what changed alone. There
 * are none where approved work had to be merged.
 */
export const reverifyPrompt = (context: PromptContext, oldFindings: readonly Finding[]): string =>
  sections(
    `TASK: The builder of story ${inline(context.storyKey)} has ${oldFindings.length > 0 ? "worked on your findings" : "merged it with what landed meanwhile"}. Review again.`,
    mergedSection(context),
    oldFindings.length === 0 ? "" : findingsSection("YOUR FINDINGS", oldFindings),
    list(
      "MUST DO",
      [
        `Look at the work as it is now: ${inline(diffCommand(context))}`,
        ...(oldFindings.length === 0 ? [] : [JUDGE_OLD]),
        "Add new findings only for what changed since your last review.",
        "Do not raise old matters again that you did not name before.",
      ],
      "number",
    ),
    READ_ONLY_SECTION,
    flagsSection(context),
    ledgerSection(context),
    severitySection(context),
    VERDICT_BLOCK_SECTION,
  );

const JUDGE_OLD =
  "Judge each old finding first: is it really repaired, in the code and in a test? One that is still open stays in your block with the same file and title. One that is repaired leaves it.";
