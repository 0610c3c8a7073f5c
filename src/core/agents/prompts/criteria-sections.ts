import type { AcceptanceCriterion, LedgerRow } from "../../model/criteria.ts";
import type { PromptContext } from "./context.ts";
import { fenced, inline } from "./quote.ts";

/** Criteria that a prompt names one by one, and characters of each. */
const NAMED_MAX = 50;
const SHOWN_LENGTH_MAX = 80;

/** What the builder is asked to add to its closing block (`readBuildClaim`); nothing where no check would be run. */
export const criteriaBlockSection = ({ acceptanceCriteria, criteria }: PromptContext): string => {
  if (criteria === undefined || acceptanceCriteria.length === 0) return "";
  return [
    `In the same block, as one more field, name for each acceptance criterion the check that shows it: "criteria": [{"id": "<id>", "check": "<shell line>"}]`,
    `- Ids: ${idsOf(acceptanceCriteria)}`,
    "- A check is one shell line, run in the project's folder (for example the test runner with one file and one test's name), or the name of a gate. It ends by itself, asks nothing, and its exit status decides.",
    "- storyboard runs each check on your commit and on the baseline commit. One that passes on the baseline, too, shows nothing; one that fails on your commit shows the opposite.",
    `- Where no machine can check a criterion: {"id": "<id>", "check": null, "why": "<reason>"}`,
    ...(criteria === "require" ? ["- A criterion that is not proven sends the story back."] : []),
  ].join("\n");
};

const idsOf = (rows: readonly AcceptanceCriterion[]): string => {
  const named = rows.slice(0, NAMED_MAX).map(({ id, text }) => `${inline(id)} ${shortened(text)}`);
  return `${named.join("; ")}${rows.length > NAMED_MAX ? `; and ${rows.length - NAMED_MAX} more, numbered on` : ""}`;
};

/** So much of a criterion as shows which one is meant. */
const shortened = (text: string): string => {
  const first = text.split("\n")[0] ?? "";
  return inline(first.length > SHOWN_LENGTH_MAX ? `${first.slice(0, SHOWN_LENGTH_MAX)}…` : first);
};

/** What storyboard found out about the criteria, for a reviewer. */
export const ledgerSection = ({ ledger }: PromptContext): string =>
  ledger === undefined || ledger.rows.length === 0
    ? ""
    : fenced(
        "WHAT STORYBOARD PROVED OF THE ACCEPTANCE CRITERIA (proven: the check fails on the baseline and passes on the work; judge whether it shows the criterion at all)",
        ledger.rows.map(describeRow).join("\n"),
      );

const describeRow = ({ id, state, claim, why }: LedgerRow): string =>
  `- ${id}: ${state}${claim === undefined ? "" : `, check: ${claim}`}${why === undefined ? "" : ` (${why})`}`;
