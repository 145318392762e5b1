import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that the canary got. */
export interface CanaryRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
}

/** A web server that only remembers who asked for what. Its answer is a page that says what it knows of its opener. */
export interface Canary extends AsyncDisposable {
  readonly url: string;
  readonly requests: CanaryRequest[];
  /** How many connections there were: one may come without a request. */
  connections(): number;
}

/** Starts one. */
export async function startCanary(): Promise<Canary> {
  const requests: CanaryRequest[] = [];
  let connections = 0;
  const server = createServer(({ url = "", headers }, response) => {
    requests.push({ path: url, headers });
    response.setHeader("content-type", "text/html");
    response.end(
      "<title>canary</title><script>document.title = opener + ' from:' + document.referrer</script>",
    );
  });
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
