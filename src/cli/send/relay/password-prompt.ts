import { closeSync, openSync } from "node:fs";
import { ReadStream, WriteStream } from "node:tty";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import type { Terminal } from "../../terminal.ts";

/**
 * Asks at the terminal for a password, which is not shown. The terminal of the process is asked even if the standard
 * input comes from a file.
 *
 * @returns `undefined` if there is no terminal.
 * @throws CommandError if the person breaks off.
 */
export async function askPassword(user: string, { errors }: Terminal): Promise<string | undefined> {
  const device = process.platform === "win32" ? "CONIN$" : "/dev/tty";
  let descriptor: number;
  try {
    descriptor = openSync(device, "r+");
  } catch {
    return undefined;
  }
  try {
    const keyboard = new ReadStream(descriptor);
    const screen = errors.isTTY === true ? errors : new WriteStream(openSync("/dev/tty", "w"));
    return await ask(keyboard, (text) => screen.write(text), user);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function ask(keyboard: ReadStream, show: (text: string) => void, user: string): Promise<string> {
  show(`Password for ${user}: `);
  keyboard.setRawMode(true);
  let typed = "";
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      keyboard.setRawMode(false);
      keyboard.destroy();
      show("\n");
      settle();
    };
    keyboard.setEncoding("utf8").on("error", reject);
    keyboard.on("data", (keys: string) => {
      for (const key of keys) {
        if (key === "\r" || key === "\n") return end(() => resolve(typed));
        if (key === "\x03" || key === "\x04") return end(() => reject(brokenOff()));
        if (key === "\x7f" || key === "\b") typed = [...typed].slice(0, -1).join("");
        else if (key === "\x15") typed = "";
        else if (key >= " ") typed += key;
      }
    });
  });
}

function brokenOff(): CommandError {
  return new CommandError("no password was entered", ExitStatus.usage);
}
