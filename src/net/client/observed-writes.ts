import type { Write } from "../../protocol/dialogue.ts";

/** Who is told what goes out: commands as they are, content by the number of its octets. */
export interface Listener {
  said(commands: string, phase: Write["phase"]): void;
  content(octets: number): void;
}

/** Tells what a write holds, in its order; of content in its own time only the commands in front of it. */
export function tellWrite({ write, phase, commands }: Write, listener: Listener): void {
  const said = commands ?? (phase !== "content" && typeof write === "string" ? write : "");
  let octets = typeof write === "string" ? write.length - said.length : 0;
  if (Array.isArray(write)) {
    octets = -said.length;
    for (const { length } of write as readonly (string | Buffer)[]) octets += length;
  }
  // By BDAT the content stands behind its command, by DATA in front of the commands for the next mail.
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
