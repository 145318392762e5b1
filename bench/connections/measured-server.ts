import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Certified, Footprint } from "./serve.ts";

/** A server in a process of its own, which can be asked for its memory. */
export class MeasuredServer implements Disposable {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#child = child;
  }

  static async start(name: string, certificate?: Certified): Promise<MeasuredServer> {
    const script = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    const child = fork(script, { execArgv: ["--expose-gc"] });
    child.send({ certificate });
    const [port] = await once(child, "message");
    return new MeasuredServer(port, child);
  }

  async footprint(): Promise<Footprint> {
    this.#child.send("measure");
    const [footprint] = await once(this.#child, "message");
    return footprint;
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}
