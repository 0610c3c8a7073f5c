import { RequestError } from "@agentclientprotocol/sdk";
import { isAllowed } from "../../core/agents/acp/acp-permission.ts";
import type { AcpTools } from "../../core/agents/acp/acp-tools.ts";
import type { AcpUpdates } from "../../core/agents/acp/acp-updates.ts";
import type { AcpBridgeRequest } from "../../core/agents/acp/bridge-request.ts";
import { amountOf, type Fields, fieldsOf, objectsOf } from "../../core/agents/reading/fields.ts";
import type { AcpHandlers } from "./acp-connection.ts";
import type { EventPrinter } from "./event-printer.ts";
import type { WorktreeFiles } from "./worktree-files.ts";

/** What answering an agent needs. */
export interface HandlerParts {
  readonly request: AcpBridgeRequest;
  readonly files: WorktreeFiles;
  readonly tools: AcpTools;
  readonly updates: AcpUpdates;
  readonly printer: EventPrinter;
  readonly isToEnd: () => boolean;
  /** An update, of whichever session. */
  readonly onUpdate: (update: Fields, session: unknown) => void;
}

/** Answers what an agent asks for by its level of permission; what is refused is told in the transcript. */
export const createAcpHandlers = (parts: HandlerParts): AcpHandlers => {
  const { request, files, tools, updates, printer } = parts;
  const { permission, gates, mcpServer } = request;
  const level = { permission, gates, isOwn: files.isOwn, tools: mcpServer?.tools ?? [] };

  const refuseFile = (name: string, params: Fields, error: unknown): never => {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw RequestError.resourceNotFound(String(params.path));
    // What the system says is the agent's to deal with; the rest was refused.
    if (code === undefined) printer.print([...updates.flush(), { t: "denied", name, detail: String(params.path) }]);
    throw RequestError.internalError({ details: message }, message);
  };

  return {
    onLife: printer.live,
    onUpdate: (params) => parts.onUpdate(fieldsOf(params.update) ?? {}, params.sessionId),
    onPermission(params) {
      const call = fieldsOf(params.toolCall) ?? {};
      const options = objectsOf(params.options);
      if (parts.isToEnd()) return { outcome: { outcome: "cancelled" } };
      const { action, name, detail } = tools.ask(call);
      const allowed = isAllowed(action, level);
      if (!allowed) updates.deny(`${name} ${detail}`);
      const events = allowed
        ? tools.update({ ...call, status: "in_progress" })
        : [{ t: "denied", name, detail } as const];
      if (events.length > 0) printer.print([...updates.flush(), ...events]);
      return { outcome: chosen(options, allowed ? ALLOWING : REJECTING) };
    },
    async onRead(params) {
      try {
        const line = amountOf(params.line) ?? undefined;
        const content = await files.read(String(params.path), line, amountOf(params.limit) ?? undefined);
        return { content };
      } catch (error) {
        return refuseFile("Read", params, error);
      }
    },
    async onWrite(params) {
      try {
        if (permission === "read") throw new Error("nothing may be written in this turn");
        await files.write(String(params.path), String(params.content));
        return {};
      } catch (error) {
        return refuseFile("Write", params, error);
      }
    },
  };
};

/** Once is enough: whatever comes next is judged anew. */
const ALLOWING = ["allow_once", "allow_always"];
const REJECTING = ["reject_once", "reject_always"];

const chosen = (options: readonly Fields[], kinds: readonly string[]): object => {
  const option = kinds.map((kind) => options.find((each) => each.kind === kind)).find((each) => each !== undefined);
  return option === undefined ? { outcome: "cancelled" } : { outcome: "selected", optionId: option.optionId };
};
