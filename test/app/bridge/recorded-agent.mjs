// Plays what an agent sent in a recorded conversation: whenever the next thing that was sent to it has come, in whatever
// form, it sends what it had sent before the one after that. It ends where the recording does.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const lines = readFileSync(process.argv[2], "utf8").trimEnd().split("\n");
const messages = lines.map((line) => JSON.parse(line));
const ids = new Map();
let next = 0;

const isCall = ({ msg }) => msg.method !== undefined && msg.id !== undefined;

for await (const line of createInterface({ input: process.stdin })) {
  const received = JSON.parse(line);
  const expected = messages[next]?.msg;
  // A recorded answer to a call has that call's own id.
  if (received.method !== undefined && received.id !== undefined) ids.set(expected?.id, received.id);
  next += 1;
  // What only the recorder did is done without being asked: it cancelled.
  while (messages[next]?.dir === "from-agent" || messages[next]?.msg.method === "session/cancel") {
    const message = messages[next++];
    if (message.dir !== "from-agent") continue;
    const id = isCall(message) ? message.msg.id : ids.get(message.msg.id);
    process.stdout.write(`${JSON.stringify(message.msg.id === undefined ? message.msg : { ...message.msg, id })}\n`);
  }
  if (next >= messages.length) break;
}
process.exit();
