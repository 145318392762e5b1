import { once } from "node:events";
import { createServer } from "node:net";

/** A free port on 127.0.0.1 for every name: all held at once, so that no two are the same. */
export async function freePorts<Name extends string>(
  names: readonly Name[],
): Promise<Readonly<Record<Name, number>>> {
  const held = await Promise.all(
    names.map(async (name) => {
      const server = createServer();
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("not an address with a port");
      return { name, server, port: address.port };
    }),
  );
  await Promise.all(held.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return Object.fromEntries(held.map(({ name, port }) => [name, port])) as Record<Name, number>;
}
