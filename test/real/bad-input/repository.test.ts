import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectRefusal, goodSprint, type Refusal, shell, traces, withProject } from "./support.ts";

const REFUSALS: readonly Refusal[] = [
  {
    name: "no git repository",
    make: goodSprint,
    says: ["PROJECT is not in a git repository", "git init && git add -A && git commit"],
  },
  {
    name: "no commit yet",
    make: (project) => {
      goodSprint(project);
      project.git("init", "-q", "-b", "main");
    },
    says: ["PROJECT has no commit yet", "git add -A && git commit"],
  },
  {
    name: "a detached HEAD",
    make: (project) => {
      goodSprint(project);
      project.commit().git("checkout", "-q", "--detach");
    },
    says: ["PROJECT has no branch checked out (its HEAD is detached at ", "git switch <branch>"],
  },
  {
    name: "a branch called storyboard",
    make: (project) => {
      goodSprint(project);
      project.commit().git("branch", "storyboard");
    },
    says: ["A branch called storyboard makes", "git branch -m storyboard storyboard-old"],
  },
  {
    name: "a folder that is not there",
    make: (project) => {
      goodSprint(project);
      project.commit();
    },
    args: ["run", "--project", "no/such folder"],
    says: ["There is no folder PROJECT/no/such folder.", "--project"],
  },
  {
    name: "a file in place of the project's folder",
    make: (project) => {
      goodSprint(project);
      project.commit();
    },
    args: ["run", "--project", "storyboard.yaml"],
    says: ["There is no folder PROJECT/storyboard.yaml."],
  },
];

test.concurrent.each(REFUSALS)("$name: refused before the start, with what to do", expectRefusal);

test.concurrent("a bare repository: refused before the start, with what to do", () =>
  withProject(async (project) => {
    goodSprint(project);
    project.commit();
    const bare = join(project.base, "bare.git");
    execFileSync("git", ["clone", "-q", "--bare", project.path, bare], { env: project.environment() });
    const before = traces(project);
    const ran = await shell(project, `cd ${JSON.stringify(bare)} && exec "$STORYBOARD" run`);
    expect(ran).toEqual({
      status: 2,
      stdout: "",
      stderr: `storyboard: ${bare} is in a bare repository; agents need a working copy.\n  Clone it, and start storyboard in the clone.\n`,
    });
    expect(traces(project)).toEqual(before);
  }));
