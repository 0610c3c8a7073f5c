import { run } from "node:test";

/** Runs test files with Node's own runner. Returns the names of the tests that failed. */
export const failedTests = (files: readonly string[]): Promise<string[]> =>
  new Promise((resolve, reject) => {
    const failed: string[] = [];
    run({ files: [...files], concurrency: true })
      .on("test:fail", ({ name }) => failed.push(name))
      .on("error", reject)
      .on("end", () => resolve(failed))
      // A stream that nobody reads never ends.
      .resume();
  });
