import type { ScreenActions } from "./command-context.ts";
import { moved } from "./navigation.ts";
import type { ScreenSession, SessionPorts } from "./session.ts";

/** What commands can do, for one session. */
export const createActions = (session: ScreenSession, ports: SessionPorts): ScreenActions => ({
  set: (change) => session.set(change),
  say: (text, tone) => session.say(text, tone),
  send: (command, done) => {
    if (session.window.lead !== "alive") {
      ports.keep(command);
      return;
    }
    if (command.type === "workers") session.wantedWorkers = command.max;
    void session.window.command(command).then((reply) => {
      session.wantedWorkers = undefined;
      const words = reply.ok ? (reply.message ?? done) : reply.message;
      if (words !== "") session.say(words, reply.ok ? "good" : "bad");
    });
  },
  ask: (text, answers) => {
    session.store.setState({ question: { answers } });
    session.say(text, "warn");
  },
  prompt: ({ title, about }, onEnter) => {
    session.store.setState({ onText: { onEnter, from: session.view.view } });
    session.set({ view: "prompt", prompt: { title, about, text: "", cursor: 0 }, scroll: 0 });
  },
  move: (movement) => session.set(moved(session.view, movement, session.ground())),
  start: ports.start,
  resume: ports.resume,
  plan: ports.plan,
  attach: (story) => {
    ports.attach(story).then(
      (words) => session.say(words),
      (error: unknown) => session.say(error instanceof Error ? error.message : String(error), "bad"),
    );
  },
  stopAndLeave: () => {
    session.isStopping = true;
    session.set({ view: "dashboard", waitsFor: "stopping: agents are told, everything is saved" });
    void session.window.command({ type: "stop", reason: "asked for on the screen" }).then((reply) => {
      if (reply.ok) return;
      session.isStopping = false;
      session.set({ waitsFor: undefined });
      session.say(reply.message, "bad");
    });
  },
  leave: ports.leave,
});
