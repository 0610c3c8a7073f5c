import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type LiarsRun, runLiars } from "./support.ts";

vi.setConfig({ hookTimeout: 150_000 });

/** The branch that the run lands upon. */
const INTEGRATION = "$(git for-each-ref --format='%(refname)' 'refs/heads/storyboard/*/integration')";
/** A commit that nobody has looked at, on top of what is checked out. */
const UNSEEN =
  'git commit-tree "HEAD^{tree}" -p HEAD -m "feat: unseen" | { read c; git update-ref REF "$c"; echo "$c" >> "$BASE/unseen"; }';

const LIES = {
  "3-1-pushes": 'build; git push -q "$BASE/remote.git" HEAD:main; git push -q origin HEAD:main',
  "3-2-moves-integration": `build; ${UNSEEN.replace("REF", INTEGRATION)}`,
  "3-3-deletes-integration": `build; git update-ref -d ${INTEGRATION}`,
  "3-4-honest": "build",
  "3-5-moves-the-target": "build; git update-ref refs/heads/main HEAD",
} as const;

let run: LiarsRun;
beforeAll(async () => {
  run = await runLiars(LIES, {
    workers: 1,
    configuration: "pipeline: build\nfinal_status: done\n",
    arrange: (project) => {
      project.git("init", "-q", "--bare", "-b", "main", join(project.base, "remote.git"));
      project.git("remote", "add", "origin", join(project.base, "remote.git"));
    },
  });
});
afterAll(() => run?.project.remove());

const integration = (): string =>
  run.project.git("for-each-ref", "--format=%(refname:short)", "refs/heads/storyboard/*/integration");
const subjects = (): string => run.project.git("log", "--format=%s", integration());

test("a push of unlanded work is named on the card", () => {
  expect(run.of("3-1").status).toMatchObject({ status: "done" });
  expect(run.of("3-1").card).toContain("⚠ refs/remotes/origin/main was pushed to by the agent");
});

test("an integration branch that an agent moved is put back; what it held is kept, and nothing of it lands", () => {
  expect(run.of("3-2").status).toMatchObject({ status: "done" });
  expect(run.of("3-2").card).toMatch(
    /Note: storyboard\/\S+\/integration was moved to \w+ by somebody else and put back/,
  );
  expect(subjects()).not.toContain("feat: unseen");
  expect(run.project.git("for-each-ref", "--format=%(subject)", "refs/storyboard/saved")).toContain("feat: unseen");
});

test("one that an agent deleted is made again", () => {
  expect(run.of("3-3").card).toMatch(/integration was deleted by somebody else and put back/);
  for (const short of ["3-1", "3-2", "3-3", "3-4"]) expect(subjects()).toContain(`feat(${short})`);
});

test("a target that an agent moved is left alone, named on the card, and all is on the integration branch", () => {
  expect(run.of("3-5").card).toContain("⚠ refs/heads/main was moved by the agent");
  expect(run.ran.stdout).toContain("main has moved since the start");
  expect(subjects()).toContain("feat(3-5)");
});

test("another story's branch that an agent moved after its evidence was checked is put back: nobody has looked at that", async () => {
  const until = (file: string): string =>
    `i=0; until [ -e "$BASE/${file}" ] || [ $i -gt 400 ]; do i=$((i+1)); sleep 0.05; done`;
  const victim = "$(git for-each-ref --format='%(refname)' 'refs/heads/storyboard/*/story/4-1-victim')";
  const two = await runLiars(
    {
      "4-1-victim": "build",
      "4-2-mover": `${until("checking")}; c=$(git commit-tree "${victim}^{tree}" -p "${victim}" -m "feat: unseen"); git update-ref ${victim} $c; : > "$BASE/moved"; build`,
    },
    {
      workers: 2,
      configuration:
        'pipeline: build\nfinal_status: done\ngates: { baseline: accept, commands: { check: "sh check.sh" } }\n',
      prepare: (project) => {
        project.write("check.sh", `[ -e src/4-1-victim.txt ] || exit 0; : > "$BASE/checking"; ${until("moved")}\n`);
      },
    },
  );
  try {
    expect(two.of("4-1").status).toMatchObject({ status: "done", attempt: 1 });
    expect(two.of("4-1").card).toMatch(/story\/4-1-victim was moved to \w+ by somebody else and put back/);
    expect(two.project.git("log", "--format=%s", "main")).not.toContain("feat: unseen");
    expect(two.landed).toContain("src/4-1-victim.txt");
  } finally {
    two.project.remove();
  }
});
