import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CertificateAuthority } from "envoi/testing";

/** A certificate for 127.0.0.1, its key and its authority, as files for the processes that are measured. */
export class TlsFiles implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<TlsFiles> {
    const authority = await CertificateAuthority.create();
    const { cert, key } = authority.issue();
    const folder = await mkdtemp(join(tmpdir(), "envoi-bench-server-"));
    for (const [name, text] of Object.entries({ cert, key, ca: authority.cert }))
      await writeFile(join(folder, name), text);
    return new TlsFiles(folder);
  }

  get certificate(): string {
    return join(this.#folder, "cert");
  }

  get key(): string {
    return join(this.#folder, "key");
  }

  get authority(): string {
    return join(this.#folder, "ca");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}
