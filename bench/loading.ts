/**
 * Loading: the cost of a process that imports a library, and of one that sends a single mail with it, with the
 * published bundles.
 */
import process from "node:process";
import { TestServer } from "envoi/testing";
import { median } from "./report/cost.ts";
import { foreignProgram } from "./report/program.ts";
import { publish, table } from "./report/publish.ts";
import { interleaved } from "./report/rounds.ts";

const smoke = process.argv.includes("--smoke");
const server = await TestServer.start({ keep: { messages: 1 } });
const mail = `{ from: "a@example.com", to: "b@example.com", subject: "Hello", text: "Hello" }`;

/** Run from the root of the project, where the name of the package leads to dist/. */
const programs: Readonly<Record<string, readonly string[]>> = {
  "empty process": ["--input-type=module", "-e", ""],
  "envoi, import": ["--input-type=module", "-e", 'import "envoi"'],
  "nodemailer, import": ["--input-type=module", "-e", 'import "nodemailer"'],
  "upyo, import": ["--input-type=module", "-e", 'import "@upyo/core"; import "@upyo/smtp"'],
  "envoi, require": ["-e", 'require("envoi")'],
  "nodemailer, require": ["-e", 'require("nodemailer")'],
  "envoi, one mail": [
    "--input-type=module",
    "-e",
    `import { SmtpTransport } from "envoi";
    const transport = SmtpTransport.unencryptedLocalhost(${server.port});
    await transport.send(${mail});
    await transport.close();`,
  ],
  "nodemailer, one mail": [
    "--input-type=module",
    "-e",
    `import { createTransport } from "nodemailer";
    await createTransport({ host: "localhost", port: ${server.port}, ignoreTLS: true }).sendMail(${mail});`,
  ],
  "upyo, one mail": [
    "--input-type=module",
    "-e",
    `import { createMessage } from "@upyo/core";
    import { SmtpTransport } from "@upyo/smtp";
    const transport = new SmtpTransport({ host: "localhost", port: ${server.port}, secure: false });
    await transport.send(createMessage({ from: "a@example.com", to: "b@example.com", subject: "Hello", content: { text: "Hello" } }));
    await transport.closeAllConnections();`,
  ],
};

const entrants = Object.entries(programs).map(([name, args]) => ({
  name,
  measure: () => foreignProgram(1, [process.execPath, ...args]),
}));
const costs = await interleaved(entrants, smoke ? 1 : 11);
await server.close();
publish(
  "loading",
  table(
    ["a process that", "ms", "ms of CPU"],
    [...costs].map(([name, rounds]) => [
      name,
      (median(rounds.map(({ seconds }) => seconds)) * 1000).toFixed(0),
      (median(rounds.map(({ cpuSeconds }) => cpuSeconds)) * 1000).toFixed(0),
    ]),
  ),
);
