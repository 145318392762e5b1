import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./program.ts";

/** A throw-away authority and one server certificate of its, all PEM. */
export interface Certificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/**
 * Makes an authority and a certificate for `localhost`, 127.0.0.1 and ::1, by openssl: in these tests nothing of
 * envoi's own judges envoi.
 */
export async function makeCertificates(): Promise<Certificates> {
  const directory = await mkdtemp(join(tmpdir(), "envoi-certificates-"));
  const file = (name: string): string => join(directory, name);
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  try {
    await run("openssl", [
      ...["req", "-x509", ...newKey, "-keyout", file("ca.key"), "-out", file("ca.pem"), "-days", "2"],
      ...["-subj", "/CN=envoi interop authority"],
    ]);
    await run("openssl", [
      ...["req", "-x509", ...newKey, "-keyout", file("server.key"), "-out", file("server.pem"), "-days", "2"],
      ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"],
      ...["-addext", "basicConstraints=critical,CA:FALSE", "-CA", file("ca.pem"), "-CAkey", file("ca.key")],
    ]);
    const [ca, certificate, key] = await Promise.all(
      ["ca.pem", "server.pem", "server.key"].map((name) => readFile(file(name), "utf8")),
    );
    return { ca: ca ?? "", certificate: certificate ?? "", key: key ?? "" };
  } finally {
    await rm(directory, { recursive: true });
  }
}
