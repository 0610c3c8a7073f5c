import { chmodSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agentConfiguration, Project, writeSprint } from "../../support/project.ts";
import { SPRINT, scripted, statuses } from "./support.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.remove());

const writeHook = (name: string, code: string): void => {
  project.write(`.git/hooks/${name}`, `#!/bin/sh\n${code}\n`);
  chmodSync(join(project.path, ".git/hooks", name), 0o755);
};

test("with no identity of git configured, the agents' commits work, and are storyboard's", async () => {
  writeSprint(project, [{ key: "1-1-a" }]);
  project.commit();
  project.git("config", "--unset", "user.name");
  project.git("config", "--unset", "user.email");
  const { status, stdout } = await project.storyboard(["run", "--headless"], { EMAIL: "" });
  expect([status, stdout]).toEqual([0, expect.stringContaining("storyboard <storyboard@localhost>")]);
  const people = project.git("log", "--format=%an %ae %cn %ce", "HEAD~2..HEAD").split("\n");
  expect(people).toEqual(Array(2).fill("storyboard storyboard@localhost storyboard storyboard@localhost"));
});

test("authors stay, and the user is the committer of what lands", async () => {
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b" }]);
  project.commit();
  const environment = scripted(project, {
    "1-1-a.BUILD": "GIT_AUTHOR_NAME=Somebody GIT_AUTHOR_EMAIL=some@body build",
    "1-2-b.BUILD": "GIT_AUTHOR_NAME=Else GIT_AUTHOR_EMAIL=else@body build",
  });
  expect((await project.storyboard(["run", "--headless"], environment)).status).toBe(0);
  const people = project.git("log", "--grep=^feat", "--format=%an|%ae|%cn|%ce").split("\n").toSorted();
  expect(people).toEqual(["Else|else@body|Test|test@localhost", "Somebody|some@body|Test|test@localhost"]);
});

test("a signing key that asks is found out before the start: the run goes on unsigned, and says so", async () => {
  writeSprint(project, [{ key: "1-1-a" }]);
  project.commit();
  const program = join(project.base, "gpg");
  project.write("../gpg", "#!/bin/sh\nexec sleep 1000\n");
  chmodSync(program, 0o755);
  project.git("config", "commit.gpgsign", "true");
  project.git("config", "gpg.program", program);
  const { status, stdout } = await project.storyboard(["run", "--headless"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/signing does not work with nobody there, so the run's are unsigned/);
  expect(stdout.indexOf("unsigned")).toBeLessThan(stdout.indexOf("LIVE FEED"));
  expect(project.git("log", "--format=%s", "HEAD~2..HEAD")).toContain("feat(1-1)");
  expect(project.git("cat-file", "commit", "HEAD~1")).not.toContain("gpgsig");
});

test("a signing key that works signs what storyboard commits", async () => {
  writeSprint(project, [{ key: "1-1-a" }]);
  project.commit();
  const program = join(project.base, "gpg");
  project.write(
    "../gpg",
    '#!/bin/sh\ncat > /dev/null\necho "[GNUPG:] SIG_CREATED " >&2\nprintf -- "-----BEGIN PGP SIGNATURE-----\\nx\\n-----END PGP SIGNATURE-----\\n"\n',
  );
  chmodSync(program, 0o755);
  project.git("config", "commit.gpgsign", "true");
  project.git("config", "gpg.program", program);
  const { status, stdout } = await project.storyboard(["run", "--headless"]);
  expect(status, stdout).toBe(0);
  expect(stdout).not.toContain("unsigned");
  for (const commit of ["HEAD", "HEAD~1"]) expect(project.git("cat-file", "commit", commit)).toContain("gpgsig");
});

test("a pre-commit hook that fails in a fresh worktree is found out before the start, with what to do", async () => {
  writeSprint(project, [{ key: "1-1-a" }]);
  project.commit();
  const environment = scripted(project, { BUILD: "exit 9" });
  writeHook("pre-commit", 'echo "no linter here" >&2; exit 1');
  const { status, stdout, stderr } = await project.storyboard(["run", "--headless"], environment);
  expect(status).toBe(2);
  expect(stdout + stderr).toContain("no linter here");
  expect(stdout + stderr).toContain("worktree.setup");
  expect(stdout + stderr).toContain("commits: storyboard");
  expect(statuses(project)).toEqual({ "1-1-a": "ready-for-dev" });
  expect(project.git("status", "--porcelain")).toBe("");
});

test("with `commits: storyboard` a hook that fails is in nobody's way", async () => {
  const configuration = agentConfiguration().replace("command:", "commits: storyboard, command:");
  writeSprint(project, [{ key: "1-1-a" }], { configuration });
  project.commit();
  writeHook("pre-commit", "exit 1");
  const environment = scripted(project, {
    BUILD: 'mkdir -p src; echo x > src/x.txt; sed -i "s/\\[ \\]/[x]/" "$STORYBOARD_STORY_FILE"; echo "left it all"',
  });
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status, stdout).toBe(0);
  expect(project.git("log", "--format=%s", "HEAD~2..HEAD")).toMatch(/^feat\(1-1-a\)|feat\(1-1\)/m);
  expect(project.git("show", "--name-only", "--format=", "HEAD~1").split("\n")).not.toContain(SPRINT);
  expect(project.read("src/x.txt")).toBe("x\n");
  expect(project.git("status", "--porcelain")).toBe("");
});

test("a hook that works and takes its time runs when the agent commits, and not for storyboard's own commits", async () => {
  writeSprint(project, [{ key: "1-1-a" }]);
  project.commit();
  writeHook("pre-commit", `sleep 1; echo ran >> "${project.base}/hook"`);
  const { status, stdout } = await project.storyboard(["run", "--headless"]);
  expect(status, stdout).toBe(0);
  // Once to see that it works, once for the agent's commit.
  expect(project.read("../hook")).toBe("ran\nran\n");
  expect(project.git("log", "--format=%s")).not.toContain("check that commits work");
});
