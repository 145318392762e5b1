import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A terminal of a given size, in which a shell runs a command. */
export class Tmux implements AsyncDisposable {
  readonly #socket = `envoi-${randomUUID()}`;

  /** Starts a command in a new terminal, which stays when the command has ended. */
  static async start(
    command: string,
    { width = 80, environment = {} }: { width?: number; environment?: Readonly<Record<string, string>> } = {},
  ): Promise<Tmux> {
    const tmux = new Tmux();
    const set = Object.entries(environment).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    await tmux.#tmux("new-session", "-d", "-x", String(width), "-y", "30", ...set, `${command}; cat`);
    return tmux;
  }

  /** What the terminal shows, without blank lines at the end; with its colours as escape sequences if asked. */
  async screen(colours = false): Promise<string> {
    const shown = await this.#tmux("capture-pane", "-p", "-J", ...(colours ? ["-e"] : []));
    return shown.trimEnd();
  }

  /** Presses keys, by the names that tmux has for them. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  /** Waits until the terminal shows something, and returns it. @throws Error with what it shows after 30 s. */
  async shows(wanted: RegExp, colours = false): Promise<string> {
    for (let waited = 0; waited < 30_000; waited += 50) {
      const shown = await this.screen(colours);
      if (wanted.test(shown)) return shown;
      await pause(50);
    }
    throw new Error(`The terminal does not show ${wanted}, but:\n${await this.screen()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server");
  }

  async #tmux(...args: string[]): Promise<string> {
    const { stdout } = await run("tmux", ["-L", this.#socket, "-f", "/dev/null", ...args]);
    return stdout;
  }
}
