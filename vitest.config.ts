import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // The bundler can join ink-table with Ink; Node alone cannot load the one from the other.
  resolve: { alias: { "ink-table": fileURLToPath(new URL("./test/support/ink-table.ts", import.meta.url)) } },
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: "ordinary", include: ["test/**/*.test.ts", "test/**/*.test.tsx"], exclude: ["test/agents/**"] },
      },
      // The real agent programs, which have to be fetched before.
      { extends: true, test: { name: "agents", include: ["test/agents/*.test.ts"], maxConcurrency: 2 } },
    ],
  },
});
