import type { GateAnswer, GateProgress } from "../../core/control/gate-messages.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import { UserError } from "../../core/model/user-error.ts";
import type { GateOptions } from "../command-line/parsed-command.ts";
import type { CommandOutput } from "../commands/output.ts";
import type { OwnPackage } from "../own-package.ts";
import { byHand } from "./by-hand.ts";
import { checkResult, gateStatus, NO_ANSWER_STATUS } from "./check-result.ts";
import { findGateProject, type GateProject } from "./gate-project.ts";
import { askLead } from "./lead-gates.ts";
import { runOwnGates } from "./own-gates.ts";

/**
 * `storyboard gate NAME`: runs a gate through the lead, or here where nobody leads. Returns 0 for a pass, 1 for a fail, 75
 * where there is no answer. Throws a UserError for a name or a folder that means nothing.
 */
export const gateCommand = async (
  name: string,
  options: GateOptions,
  own: OwnPackage,
  output: CommandOutput,
): Promise<number> => {
  const place = await findGateProject(options.project, process.env);
  const say = (text: string): void => void process.stderr.write(`storyboard: ${plainLine(text)}\n`);
  const asked = await askLead(place, name, progressOn(process.stderr));
  switch (asked.kind) {
    case "no-lead":
      say("nobody leads a run here, so nothing coordinates this gate with others");
      return here(place, name, options, own, output);
    case "off":
      say("gates.coordinator is off in this run, so nothing coordinates this gate with others");
      return here(place, name, options, own, output);
    case "lost":
    case "cut":
      if (options.orRun) {
        say(`no answer: ${asked.reason}; it runs here now`);
        return here(place, name, options, own, output);
      }
      say(`no answer: ${asked.reason}; ${await byHand(place, name, process.env)}`);
      return NO_ANSWER_STATUS;
    default:
      return finish(asked, name, options, output);
  }
};

const here = async (
  place: GateProject,
  name: string,
  options: GateOptions,
  own: OwnPackage,
  output: CommandOutput,
): Promise<number> => {
  const stop = new AbortController();
  const release = onSignals(() => stop.abort(new Error("it was stopped")));
  try {
    const answer = await runOwnGates(place, name, { environment: process.env, own, signal: stop.signal });
    return finish(answer, name, options, output);
  } finally {
    release();
  }
};

const finish = (answer: GateAnswer, name: string, { json }: GateOptions, { out }: CommandOutput): number => {
  if (answer.kind === "refused") throw new UserError(answer.message, answer.steps);
  if (answer.kind !== "reports") {
    process.stderr.write(`storyboard: no answer: ${plainLine(answer.kind === "cut" ? answer.reason : "")}\n`);
    return NO_ANSWER_STATUS;
  }
  if (!json) out(checkResult(name, answer.reports));
  else for (const report of answer.reports) out(`${JSON.stringify({ v: 1, type: "gate", ...report })}\n`);
  return gateStatus(answer.reports);
};

/** A person at a terminal sees the line and the output as they come; a program gets the result alone. */
const progressOn = (stream: NodeJS.WriteStream): ((progress: GateProgress) => void) => {
  let told = "";
  const once = (text: string): void => {
    if (text !== told) stream.write(`${text}\n`);
    told = text;
  };
  if (!stream.isTTY) return () => {};
  return (progress) => {
    const { name } = progress;
    if (progress.kind === "queued") return once(`${name}: waits, ${progress.ahead} before it`);
    once(`${name}: runs`);
    for (const line of progress.lines) stream.write(`${line}\n`);
  };
};

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const onSignals = (act: () => void): (() => void) => {
  for (const signal of SIGNALS) process.on(signal, act);
  return () => {
    for (const signal of SIGNALS) process.off(signal, act);
  };
};
