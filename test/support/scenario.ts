import { PIPELINES } from "../../src/core/model/pipelines.ts";
import type { RunEvent } from "../../src/core/scheduler/events.ts";
import type { RunPolicy } from "../../src/core/scheduler/policy.ts";
import { barePolicy, policy, story, TestRun, turn } from "./run.ts";

/**
 * Plays a scenario: lines of a script that drive the scheduler, and the trace of what it decided.
 *
 *   run workers=3 attempts=3 breaker=3 reviews=3 pipeline=dev-review bare     the policy, first line
 *   story KEY [after KEY ...] [needs NAME] [touches FILE]
 *   start
 *   ok KEY | halt KEY | ask KEY | limit KEY SECONDS | crash KEY | timeout KEY | changes KEY TITLE    its turn ends so
 *   conflict KEY                                            its landing ends so
 *   wait SECONDS | pause | resume | workers N | skip KEY [as-done] | retry KEY | cancel KEY | answer KEY TEXT | stop
 *
 * All other effects end well by themselves. A line that starts with `#` is copied to the trace.
 */
export const playScenario = (script: string): string => {
  const trace: string[] = [];
  const stories: ReturnType<typeof story>[] = [];
  let settings = policy();
  let run: TestRun | undefined;
  for (const line of script.split("\n")) {
    if (line.trim() === "") continue;
    if (line.startsWith("#")) {
      trace.push(line);
      continue;
    }
    const [word = "", ...rest] = line.trim().split(/\s+/);
    if (word === "run") settings = policyOf(rest);
    else if (word === "story") stories.push(storyFrom(rest));
    else {
      run ??= new TestRun(stories, settings);
      const from = run.journal.length;
      act(run, word, rest);
      trace.push(`> ${line.trim()}`, ...told(run, from));
    }
  }
  return `${trace.join("\n")}\n`;
};

const policyOf = (words: readonly string[]): RunPolicy => {
  const make = words.includes("bare") ? barePolicy : policy;
  const value = (name: string): number | undefined => {
    const word = words.find((candidate) => candidate.startsWith(`${name}=`));
    return word === undefined ? undefined : Number(word.split("=")[1]);
  };
  const name = words.find((word) => word.startsWith("pipeline="))?.split("=")[1];
  const pipeline = name === undefined ? undefined : PIPELINES[name];
  return make({
    maxWorkers: value("workers") ?? 3,
    attemptsMax: value("attempts") ?? 3,
    breakerMax: value("breaker") ?? 3,
    reviewsMax: value("reviews") ?? 3,
    ...(pipeline === undefined ? {} : { pipeline }),
  });
};

const storyFrom = ([key = "", ...words]: readonly string[]) => {
  const lists: Record<string, string[]> = { after: [], needs: [], touches: [] };
  let list: string[] = [];
  for (const word of words) {
    if (lists[word] !== undefined) list = lists[word];
    else list.push(word);
  }
  return story(key, lists.after, { needs: lists.needs!, touches: lists.touches! });
};

const act = (run: TestRun, word: string, [first = "", ...rest]: readonly string[]): unknown => {
  switch (word) {
    case "start":
      run.start();
      return run.settleEffects();
    case "ok":
      return run.endTurn(first);
    case "halt":
      return run.endTurn(first, turn({ kind: "halted", reason: "cannot go on" }));
    case "ask":
      return run.endTurn(first, turn({ kind: "question", question: "which one?" }, { session: "s" }));
    case "crash":
      return run.endTurn(first, turn({ kind: "cut", reason: "crash" }));
    case "timeout":
      return run.endTurn(first, turn({ kind: "cut", reason: "timeout" }));
    case "limit": {
      const untilMs = run.nowMs + Number(rest[0]) * 1000;
      return run.endTurn(first, turn({ kind: "failed", cause: "rate-limit", message: "limit", untilMs }));
    }
    case "changes":
      return run.endTurn(
        first,
        turn(
          { kind: "finished" },
          { verdict: { verdict: "changes", findings: [{ severity: "high", title: rest.join(" ") }] } },
        ),
      );
    case "stopped":
      return run.endTurn(first, turn({ kind: "cut", reason: "stop" }));
    case "cancelled":
      return run.endTurn(first, turn({ kind: "cut", reason: "cancel" }));
    case "conflict": {
      run.end(run.outstanding("run-turn", first)[0]!);
      run.end(run.outstanding("land", first)[0]!, { kind: "conflict", files: ["x.ts"], message: "x.ts" });
      return run.settleEffects();
    }
    case "wait":
      run.wait(Number(first) * 1000);
      return run.settleEffects();
    case "resumed":
      run.give({ type: "resumed" });
      return run.settleEffects();
    default:
      command(run, word, first, rest);
      return run.settleEffects();
  }
};

const command = (run: TestRun, word: string, first: string, rest: readonly string[]): void => {
  if (word === "pause" || word === "resume") run.command({ type: word });
  else if (word === "stop") run.command({ type: "stop", reason: "asked to" });
  else if (word === "workers") run.command({ type: "workers", max: Number(first) });
  else if (word === "skip") run.command({ type: "skip", story: first, satisfies: rest.includes("as-done") });
  else if (word === "retry" || word === "cancel") run.command({ type: word, story: first });
  else if (word === "answer") run.command({ type: "answer", story: first, text: rest.join(" ") });
  else throw new Error(`unknown word ${word}`);
};

const told = (run: TestRun, from: number): string[] => {
  const lines = run.journal.slice(from).flatMap(({ event }) => {
    const line = describe(event);
    return line === undefined ? [] : [`  ${line}`];
  });
  const stages = [...run.state.stories.values()].map(
    (one) => `${one.story.key}=${one.stage === "ended" ? one.outcome : one.stage}`,
  );
  return [...lines, `  = ${stages.join(" ")}`];
};

const describe = (event: RunEvent): string | undefined => {
  switch (event.type) {
    case "story.started":
      return `${event.worker} takes ${event.story}#${event.attempt}${event.leases.map((lease) => ` ${lease.resource}/${lease.unit}`).join("")}`;
    case "turn.started": {
      const { effect } = event;
      const session = effect.session === undefined ? "" : ` in ${effect.session}`;
      return `${effect.phase} ${effect.story}#${effect.attempt} ${effect.prompt.kind}${session}`;
    }
    case "turn.stop-requested":
      return `stop the turn of ${event.story}`;
    case "status.requested":
      return `${event.story} is ${event.effect.status}`;
    case "evidence.requested":
      return event.effect.purpose === "phase" ? undefined : `look at ${event.story}: ${event.effect.purpose}`;
    case "landing.requested":
      return `land ${event.story}`;
    case "story.requeued":
      return `${event.story} back to the queue: ${event.reason}`;
    case "story.parked":
      return `${event.story} waits for a person: ${event.question.kind}`;
    case "story.ended":
      return `${event.story} ended ${event.outcome}${event.by === undefined ? "" : ` by ${event.by}`}`;
    case "limit.waiting":
      return `${event.provider} rests`;
    case "run.ended":
      return `run ended ${event.status}, exit ${event.exit}: ${event.reason}`;
    case "run.started":
    case "run.resumed":
    case "run.reopened":
    case "run.stopping":
    case "run.paused":
    case "run.unpaused":
    case "breaker.opened":
    case "breaker.closed":
    case "limit.lifted":
      return event.type;
    default:
      return undefined;
  }
};
