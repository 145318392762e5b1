import { SmtpServer } from "envoi/server";
import { serve } from "./serve.ts";

serve(async (certificate) => {
  const server = await SmtpServer.listen({
    ...(certificate !== undefined && { tls: "implicit", certificates: certificate }),
    maxConnections: 6000,
    maxConnectionsPerAddress: 6000,
    recipient: () => "accept",
    async data({ content }) {
      for await (const _ of content);
    },
  });
  return server.port;
});
