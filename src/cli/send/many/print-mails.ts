import type { Signer } from "../../../message/signer.ts";
import type { CommandHost } from "../../command-host.ts";
import { ExitStatus } from "../../exit-status.ts";
import { jsonLine } from "../../json-text.ts";
import type { SendFlags } from "../send-flags.ts";
import type { RowMails } from "./row-mails.ts";

/** Prints the message of each row instead of sending it. */
export async function printMails(
  mails: RowMails,
  signer: Signer | undefined,
  { json }: SendFlags,
  { terminal: { output, errors }, finish }: CommandHost,
): Promise<void> {
  const signers = signer === undefined ? [] : [signer];
  for await (const rows of mails.rows())
    for (const row of rows) {
      const { line, key, message, problem } = mails.mailOf(row);
      if (message === undefined) {
        finish(ExitStatus.data);
        errors.write(`line ${line}: no message: ${problem}\n`);
        continue;
      }
      const { envelope } = message;
      const chunks: Buffer[] = [];
      for await (const chunk of message.content({ eightBit: false }, signers).stream()) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      if (json) output.write(`${jsonLine({ line, key, envelope, message: text })}\n`);
      else
        output.write(
          `--- line ${line}: from <${envelope.from ?? ""}> to ${envelope.to.join(", ")}\n${text}\n`,
        );
    }
}
