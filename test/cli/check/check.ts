import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { CheckReport } from "#src/cli/check/check-report.js";
import type { CheckZone } from "#src/cli/dns/zone-dns.js";
import type { Terminal } from "#src/cli/terminal.js";
import { run } from "../run.ts";

/** Checks something, and gives the exit status and the report. */
export async function check(
  target: string,
  flags: readonly string[] = [],
  environment: Terminal["environment"] = {},
): Promise<CheckReport & { readonly status: number }> {
  const { status, output, errors } = await run(["check", target, "--json", ...flags], environment);
  if (output === "") throw new Error(errors);
  return { status, ...(JSON.parse(output) as CheckReport) };
}

/** Writes a file that exists for a test. */
export function file(context: TestContext, name: string, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "envoi-check-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

/** Checks a domain in a zone, without connecting to its servers. */
export function checkZone(
  context: TestContext,
  domain: string,
  zone: CheckZone,
  flags: readonly string[] = [],
): Promise<CheckReport & { readonly status: number }> {
  const path = file(context, "zone.json", JSON.stringify(zone));
  return check(domain, ["--zone", path, "--no-connect", ...flags]);
}

/** Starts a server that does with each connection what it is told, and gives its port. */
export async function rawServer(context: TestContext, serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

/** A server that answers each line by a function, and nothing to what it returns nothing for. */
export function scripted(
  context: TestContext,
  answer: (line: string, count: number) => string | undefined,
  greeting = "220 raw.example ESMTP",
): Promise<number> {
  return rawServer(context, (socket) => {
    let rest = "";
    let count = 0;
    socket.write(`${greeting}\r\n`);
    socket.on("data", (chunk) => {
      const lines = (rest + chunk.toString()).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const reply = answer(line, count++);
        if (reply !== undefined) socket.write(`${reply}\r\n`);
      }
    });
  });
}
