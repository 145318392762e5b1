/**
 * Idle connections: how much memory of a server 1,000 and 5,000 of them take, and how a thousand slow ones affect
 * another client.
 */
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { CertificateAuthority } from "envoi/testing";
import { Crowd } from "./connections/crowd.ts";
import { idle } from "./connections/idle.ts";
import { MeasuredServer } from "./connections/measured-server.ts";
import type { Service } from "./connections/normal.ts";
import type { Certified, Footprint } from "./connections/serve.ts";
import { median } from "./report/cost.ts";
import { program } from "./report/program.ts";
import { publish, table } from "./report/publish.ts";

const smoke = process.argv.includes("--smoke");
const count = smoke ? 50 : 1000;
const rounds = smoke ? 1 : 3;
const seconds = smoke ? 0.05 : 2;
const names = ["envoi", "smtp-server"];

publish("idle", table(["", "kB resident, each", "of them heap"], await footprints()));
publish("loris", table(["", "mails/s", "ms each, median", "ms, the slowest in 100"], await services()));

/** Measures the memory of a connection that sends nothing after EHLO, in plaintext and with TLS. */
async function footprints(): Promise<string[][]> {
  const issued = (await CertificateAuthority.create()).issue();
  const rows: string[][] = [];
  for (const [kind, certificate] of [["plaintext"], ["TLS", issued]] as [string, Certified?][]) {
    for (const name of names) {
      rows.push(await footprintRow(`${kind}: ${name}`, name, certificate, count));
    }
    // As many more must not take more each.
    const many = `${kind}: envoi, ${(5 * count).toLocaleString("en")} connections`;
    rows.push(await footprintRow(many, "envoi", certificate, 5 * count));
  }
  return rows;
}

async function footprintRow(
  title: string,
  name: string,
  certificate: Certified | undefined,
  idlers: number,
): Promise<string[]> {
  const measured: Footprint[] = [];
  for (let round = 0; round < rounds; round++) measured.push(await footprint(name, certificate, idlers));
  const columns = (["resident", "heap"] as const).map((key) => median(measured.map((each) => each[key])));
  return [title, ...columns.map((octets) => (octets / 1000).toFixed(1))];
}

async function footprint(
  name: string,
  certificate: Certified | undefined,
  idlers: number,
): Promise<Footprint> {
  using server = await MeasuredServer.start(name, certificate);
  // The first ones load and compile code that all share.
  const first = await idle(server.port, certificate !== undefined, 20);
  await sleep(200);
  const before = await server.footprint();
  const others = await idle(server.port, certificate !== undefined, idlers);
  await sleep(500);
  const after = await server.footprint();
  for (const socket of [...first, ...others]) socket.destroy();
  return {
    resident: (after.resident - before.resident) / idlers,
    heap: (after.heap - before.heap) / idlers,
  };
}

/** Measures how a client is served alone, and together with many slow ones. */
async function services(): Promise<string[][]> {
  const rows: string[][] = [];
  for (const name of names) {
    const alone: Service[] = [];
    const beside: Service[] = [];
    using server = await MeasuredServer.start(name);
    for (let round = 0; round < rounds; round++) {
      alone.push(await service(server));
      using _ = await Crowd.gather(server.port, count);
      beside.push(await service(server));
    }
    rows.push(row(`${name}, alone`, alone), row(`${name}, beside ${count} slow ones`, beside));
  }
  return rows;
}

function service(server: MeasuredServer): Promise<Service> {
  return program(new URL("./connections/normal.js", import.meta.url), server.port, seconds);
}

function row(name: string, services: readonly Service[]): string[] {
  const of = (key: keyof Service) => median(services.map((each) => each[key]));
  return [name, of("rate").toFixed(0), of("median").toFixed(2), of("slow").toFixed(2)];
}
