import { git } from "../../core/workspace/git.ts";
import type { InboxItem } from "../lead/snapshot.ts";
import { rebaseKeepingBoth } from "./resolve-conflict.ts";

/** What the demo answers to a story that waits for a person; a conflict it resolves first. */
export const answerTo = async (item: InboxItem, project: string): Promise<string> => {
  switch (item.kind) {
    case "question":
      return "metric: 250 ml";
    case "review":
      return "accept";
    case "environment":
      return "go on";
    case "conflict":
      // A landing that finds another conflict by then asks again; one that cannot be resolved does, too.
      await resolve(item.story, project).catch(() => {});
      return "go on";
  }
};

/** Puts a story's branch on the run's integration branch, in the worktree where the story waits. */
const resolve = async (story: string, project: string): Promise<void> => {
  const { stdout } = await git(["worktree", "list", "--porcelain"], { cwd: project });
  for (const entry of stdout.split("\n\n")) {
    const path = /^worktree (.+)$/m.exec(entry)?.[1];
    const [, run, key] = /^branch refs\/heads\/storyboard\/([^/]+)\/story\/(.+)$/m.exec(entry) ?? [];
    if (path === undefined || key !== story) continue;
    await rebaseKeepingBoth(path, `storyboard/${run}/integration`);
  }
};
