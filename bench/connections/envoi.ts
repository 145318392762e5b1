import { SmtpServer } from "envoi/server";
import { serve } from "./serve.ts";

serve(async (certificate) => {
  const server = await SmtpServer.listen({
    ...(certificate !== undefined && { tls: "implicit", certificates: certificate }),
    maxConnections: 5000,
    maxConnectionsPerAddress: 5000,
    recipient: () => "accept",
    async data({ content }) {
      for await (const _ of content);
    },
  });
  return server.port;
});
