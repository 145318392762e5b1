import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { nodeOf } from "./binaries.js";
import { project, run } from "./project.js";

/** Builds and tests applications like those of users, as the frameworks' own templates do. */
export const frameworks = [
  { name: "NestJS 11, its tests (ts-jest, CommonJS)", run: nest11 },
  { name: "NestJS 12, its tests (vitest, ES modules)", run: nest12 },
  { name: "Next.js 16, server code", run: next },
];

const module = (head) => `${head}
import { Injectable } from "@nestjs/common";
import { Test } from "@nestjs/testing";
import { SmtpTransport } from "envoi";
import { TestServer } from "envoi/testing";

class Mailer {
  constructor(readonly transport: SmtpTransport) {}
  welcome(to: string) {
    return this.transport.send({ from: "shop@example.com", to, subject: "Welcome", text: "Hi" });
  }
}
Injectable()(Mailer);

test("welcomes", async () => {
  const server = await TestServer.start({ tls: "starttls", users: { ada: "secret" } });
  const useFactory = () => new Mailer(server.transport());
  const tested = await Test.createTestingModule({ providers: [{ provide: Mailer, useFactory }] }).compile();
  const mailer = tested.get(Mailer);
  await mailer.welcome("zoe@example.org");
  await server.waitForMessage({ to: "zoe@example.org", subject: "Welcome" });
  await mailer.transport.close();
  await tested.close();
  await server.close();
});
`;

function nestPackages(version) {
  const own = ["common", "core", "testing"].map((part) => `@nestjs/${part}@${version}`);
  return [...own, "reflect-metadata", "rxjs@7", "@types/node@22"];
}

async function nest11(tarball) {
  const packages = ["jest@30", "ts-jest@29", "@types/jest@30", "typescript@5.9"];
  const jest = { rootDir: "src", testRegex: "\\.spec\\.ts$", transform: { "^.+\\.ts$": "ts-jest" } };
  const fields = { jest: { ...jest, moduleFileExtensions: ["js", "json", "ts"], testEnvironment: "node" } };
  const folder = await project("nest11", fields, tarball, ...nestPackages("11"), ...packages);
  const compilerOptions = {
    ...{ module: "nodenext", target: "es2023", esModuleInterop: true, isolatedModules: true },
    ...{ experimentalDecorators: true, emitDecoratorMetadata: true, strictNullChecks: true },
    skipLibCheck: true,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  mkdirSync(join(folder, "src"));
  writeFileSync(join(folder, "src", "mailer.spec.ts"), module('import "reflect-metadata";'));
  await run(folder, process.execPath, [join("node_modules", "jest", "bin", "jest.js"), "--ci"]);
}

async function nest12(tarball) {
  const folder = await project("nest12", { type: "module" }, tarball, ...nestPackages("12"), "vitest@5");
  const head = 'import "reflect-metadata";\nimport { test } from "vitest";';
  // Only erasable syntax: vitest has no metadata of decorators here.
  const text = module(head).replace(
    "constructor(readonly transport: SmtpTransport) {}",
    "readonly transport: SmtpTransport;\n  constructor(transport: SmtpTransport) {\n    this.transport = transport;\n  }",
  );
  writeFileSync(join(folder, "mailer.spec.ts"), text);
  await run(folder, await nodeOf("24"), [join("node_modules", "vitest", "vitest.mjs"), "run"]);
}

async function next(tarball) {
  const folder = await project("next", {}, tarball, "next@16", "react@19", "react-dom@19");
  mkdirSync(join(folder, "app", "mail"), { recursive: true });
  const layout = "export default ({ children }) => <html><body>{children}</body></html>;\n";
  writeFileSync(join(folder, "app", "layout.js"), layout);
  writeFileSync(join(folder, "app", "page.js"), "export default () => <p>mail</p>;\n");
  writeFileSync(join(folder, "app", "mail", "route.js"), route);
  writeFileSync(join(folder, "serve.mjs"), serve);
  const environment = { NEXT_TELEMETRY_DISABLED: "1", CI: "1" };
  const program = join("node_modules", "next", "dist", "bin", "next");
  const built = await run(folder, process.execPath, [program, "build"], environment);
  if (/warning|⚠/i.test(built.replace(/.*(?:no build cache|lockfile).*/gi, ""))) throw new Error(built);
  await run(folder, process.execPath, ["serve.mjs", program], environment);
}

const route = `
import { SmtpTransport } from "envoi";

export const dynamic = "force-dynamic";

export async function GET() {
  const transport = SmtpTransport.fromUrl(process.env.SMTP_URL).build();
  try {
    await transport.send({ from: "a@example.com", to: "b@example.org", subject: "Hi", text: "Hi" });
  } finally {
    await transport.close();
  }
  return new Response("sent");
}
`;

/** Starts a TestServer and the application, and requests the route. */
const serve = `
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { TestServer } from "envoi/testing";

const server = await TestServer.start({ tls: "starttls", users: { ada: "secret" } });
writeFileSync("ca.pem", server.ca);
const taken = createServer().listen(0, "127.0.0.1");
await once(taken, "listening");
const { port } = taken.address();
taken.close();
await once(taken, "close");
const env = { ...process.env, SMTP_URL: \`smtp://ada:secret@\${server.host}:\${server.port}?tls=required\`, NODE_EXTRA_CA_CERTS: "ca.pem" };
const words = [process.argv[2], "start", "-H", "127.0.0.1", "-p", String(port)];
const child = spawn(process.execPath, words, { env, stdio: ["ignore", "pipe", "inherit"] });
try {
  for await (const piece of child.stdout) if (/Ready/.test(piece)) break;
  const response = await fetch(\`http://127.0.0.1:\${port}/mail\`);
  const text = await response.text();
  if (text !== "sent") throw new Error(text);
  await server.waitForMessage({ to: "b@example.org" });
} finally {
  child.kill();
  await server.close();
}
process.exit(0);
`;
