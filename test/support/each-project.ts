import { afterEach, beforeEach } from "vitest";
import { Project } from "./project.ts";
import { endRuns } from "./steering.ts";

/** Gives each test of a file a project of its own; what runs in it afterwards is ended, and it is removed. */
export const eachProject = (take: (project: Project) => void): void => {
  let project: Project;
  beforeEach(() => {
    project = new Project();
    take(project);
  });
  afterEach(() => {
    endRuns(project);
    project.remove();
  });
};
