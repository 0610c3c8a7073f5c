import { main } from "./app/main.ts";

// A write that hangs on a stalled pipe must not keep the program alive, so it ends in so many words.
main(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: unknown) => {
    process.stderr.write(`storyboard: this is a bug: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(70);
  },
);
