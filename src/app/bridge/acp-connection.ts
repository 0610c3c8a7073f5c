import { client, RequestError } from "@agentclientprotocol/sdk";
import { type Fields, fieldsOf } from "../../core/agents/reading/fields.ts";
import { messageStream, type StreamListeners } from "./message-stream.ts";
import type { AgentProcess } from "./start-agent.ts";

/** How a request to an agent came out. */
export type AcpAnswer =
  | { readonly kind: "answer"; readonly fields: Fields }
  | { readonly kind: "error"; readonly error: Fields }
  /** The agent's process has ended. */
  | { readonly kind: "closed" }
  /** It did not come in time. */
  | { readonly kind: "late" };

/** A connection to an agent that speaks ACP. Requests never reject; what an agent sends is read with care. */
export interface AcpConnection {
  request(method: string, params: object, limitMs?: number): Promise<AcpAnswer>;
  notify(method: string, params: object): void;
}

/** What an agent tells and asks us. A handler that throws answers with an error. */
export interface AcpHandlers extends StreamListeners {
  onPermission(params: Fields): object;
  onRead(params: Fields): Promise<object>;
  onWrite(params: Fields): Promise<object>;
}

/** Connects to an agent's process. */
export const connectAcp = (agent: AgentProcess, handlers: AcpHandlers): AcpConnection => {
  const connection = client({ name: "storyboard" })
    .onRequest("session/request_permission", asFields, ({ params }) => handlers.onPermission(params))
    .onRequest("fs/read_text_file", asFields, ({ params }) => handlers.onRead(params))
    .onRequest("fs/write_text_file", asFields, ({ params }) => handlers.onWrite(params))
    // Agents send notifications of their own, which nobody has to understand.
    .onNotification("*", () => undefined)
    .connect(messageStream(agent, handlers));

  const ask = async (method: string, params: object): Promise<AcpAnswer> => {
    try {
      return { kind: "answer", fields: fieldsOf(await connection.agent.request(method, params)) ?? {} };
    } catch (error) {
      if (!(error instanceof RequestError)) return { kind: "closed" };
      return { kind: "error", error: { code: error.code, message: error.message, data: error.data } };
    }
  };

  return {
    async request(method, params, limitMs) {
      if (limitMs === undefined) return ask(method, params);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<AcpAnswer>((resolve) => {
        timer = setTimeout(resolve, limitMs, { kind: "late" });
      });
      const answer = await Promise.race([ask(method, params), late]);
      clearTimeout(timer);
      return answer;
    },
    notify(method, params) {
      connection.agent.notify(method, params).catch(() => undefined);
    },
  };
};

const asFields = (params: unknown): Fields => fieldsOf(params) ?? {};
