import type { Write } from "../../protocol/dialogue.ts";

/** Is called with what is sent: commands as they are, content as its number of octets. */
export interface Listener {
  said(commands: string, phase: Write["phase"]): void;
  content(octets: number): void;
}

/** Reports the parts of a write, in order; if the content is asynchronous, only the commands before it. */
export function tellWrite({ write, phase, commands }: Write, listener: Listener): void {
  const said = commands ?? (phase !== "content" && typeof write === "string" ? write : "");
  let octets = typeof write === "string" ? write.length - said.length : 0;
  if (Array.isArray(write)) {
    octets = -said.length;
    for (const { length } of write as readonly (string | Buffer)[]) octets += length;
  }
  // With BDAT the content follows its command, with DATA it precedes the commands for the next mail.
  const chunks = said.includes("BDAT ") ? said.split(/(?<=^BDAT \d+(?: LAST)?\r\n)/im) : [];
  if (chunks.length === 0) {
    if (octets > 0) listener.content(octets);
    if (said !== "") listener.said(said, phase);
    return;
  }
  for (const chunk of chunks) {
    listener.said(chunk, phase);
    const size = /^BDAT (\d+)(?: LAST)?\r\n$/im.exec(chunk)?.[1];
    const of = Math.min(Number(size ?? 0), octets);
    if (of > 0) listener.content(of);
    octets -= of;
  }
}
