import type { GateReport } from "../../core/control/gate-messages.ts";

/**
 * How gates ended, as text: the CHECK RESULT of swarm-batch.md's coordinator, one block for each gate, and for several the
 * list of all in front.
 */
export const checkResult = (asked: string, reports: readonly GateReport[]): string => {
  const [only] = reports;
  if (reports.length === 1 && only !== undefined) return block(only.name, [only]);
  const details = reports.filter(({ status }) => status !== "PASS");
  return [block(asked, reports), ...details.map((report) => block(report.name, [report]))].join("\n");
};

const block = (check: string, reports: readonly GateReport[]): string => {
  const [first] = reports;
  const stories = [...new Set(reports.flatMap(({ requested_by }) => requested_by))];
  const body =
    reports.length === 1 && first !== undefined
      ? ["Details:", ...(first.tail.length === 0 ? ["(it printed nothing)"] : first.tail), ...more(first)]
      : [
          "Results:",
          ...reports.map(({ name, status, duration_ms }) => `- ${name}: ${status} (${seconds(duration_ms)})`),
        ];
  return `${[
    "CHECK RESULT",
    `check: ${check}`,
    `status: ${overall(reports)}`,
    `duration: ${seconds(reports.reduce((sum, { duration_ms }) => sum + duration_ms, 0))}`,
    `cached: ${reports.every(({ cached }) => cached)}`,
    `requested_by: [${stories.join(", ")}]`,
    "",
    ...body,
  ].join("\n")}\n`;
};

const more = ({ note, output }: GateReport): string[] => [
  "",
  ...(note === undefined ? [] : [`Note: ${note}`]),
  `Output: ${output}`,
];

const overall = (reports: readonly GateReport[]): GateReport["status"] => {
  if (reports.some(({ status }) => status === "FAIL")) return "FAIL";
  return reports.some(({ status }) => status === "CUT") ? "CUT" : "PASS";
};

const seconds = (ms: number): string => (ms < 10_000 ? `${(ms / 1000).toFixed(1)}s` : `${Math.round(ms / 1000)}s`);

/** No answer: nothing is known about the work (EX_TEMPFAIL of sysexits.h). */
export const NO_ANSWER_STATUS = 75;

/** The exit status that tells how gates ended. */
export const gateStatus = (reports: readonly GateReport[]): number => {
  const status = overall(reports);
  return status === "PASS" ? 0 : status === "FAIL" ? 1 : NO_ANSWER_STATUS;
};
