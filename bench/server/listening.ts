import { readFileSync } from "node:fs";
import process from "node:process";

const [port, tlsPort, certificate = "", key = ""] = process.argv.slice(2);

/** Where a server under measurement listens, as its command line says: in the clear, and by TLS. */
export const listening: {
  readonly port: number;
  readonly tlsPort: number;
  readonly certificates: { readonly cert: string; readonly key: string };
} = {
  port: Number(port),
  tlsPort: Number(tlsPort),
  certificates: { cert: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") },
};
