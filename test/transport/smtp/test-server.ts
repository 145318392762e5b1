import assert from "node:assert/strict";
import { TestServer as Server, type TestServerOptions } from "envoi/testing";

/**
 * A TestServer that asserts, when it is closed, that our client has done nothing against the RFCs; but for leaving
 * amid the content, which is the one way not to send a mail whose content fails.
 */
export const TestServer = {
  async start(options?: TestServerOptions): Promise<Server> {
    const server = await Server.start(options);
    const close = server.close.bind(server);
    server.close = async () => {
      const { findings } = server;
      await close();
      const wrong = findings.filter(({ rule, command }) => rule !== "no-quit" || command !== "DATA");
      assert.deepEqual(
        wrong.map(({ text, command }) => `${text} (${command})`),
        [],
      );
    };
    return server;
  },
};

export type TestServer = Server;
