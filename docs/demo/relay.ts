import { parseArgs } from "node:util";
import { Credentials, SmtpTransport, type SmtpTransportBuilder, Tls } from "envoi";
import { printError, printReport } from "./account.ts";
import { order } from "./order.ts";
import { receipt } from "./receipt.ts";
import { heading, verdict } from "./terminal.ts";

const usage = `Usage: npm run demo
         shows envoi against servers on this machine

       npm run demo -- --host HOST --from ADDRESS --to ADDRESS [options]
         sends the same mail to a real relay

  --host HOST      the relay
  --port PORT      25, 587 or 465 without this, as --tls has it
  --tls MODE       wrapper      TLS from the first octet (the default, port 465)
                   required     STARTTLS, or nothing is sent (port 587)
                   opportunistic  STARTTLS where it is offered (port 25)
                   none         unencrypted (port 25)
  --user USER      logs in; the password is taken from the environment: ENVOI_PASSWORD
  --from ADDRESS   the sender, "Shop <shop@example.org>" or without the name
  --to ADDRESS     a recipient; may be given several times
  --help           this text

Exit status: 0 the relay took the mail, 1 it did not, 2 the command line was wrong.`;

const modes = {
  none: Tls.None,
  opportunistic: Tls.Opportunistic,
  required: Tls.Required,
  wrapper: Tls.Wrapper,
} as const;

/** Sends the receipt to the relay that the arguments name; the exit status. */
export async function sendToRelay(args: readonly string[]): Promise<number> {
  let request: Request;
  try {
    const parsed = readArguments(args);
    if (parsed === "help") {
      console.log(usage);
      return 0;
    }
    request = parsed;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return 2;
  }
  heading(`A receipt for order ${order.number} to ${request.place}`);
  return (await send(request)) ? 0 : 1;
}

interface Request {
  readonly place: string;
  readonly builder: SmtpTransportBuilder;
  readonly message: ReturnType<typeof receipt>;
}

async function send({ builder, message }: Request): Promise<boolean> {
  await using transport = builder.build();
  const start = performance.now();
  try {
    const report = await transport.send(message);
    printReport(report, performance.now() - start);
    const all = report.rejected.length === 0;
    verdict(all, all ? "the relay took the mail" : "the relay took the mail, but not for everybody");
    return all;
  } catch (error) {
    printError(error);
    verdict(false, "the relay did not take the mail");
    return false;
  }
}

/** What the arguments ask for. Whatever is wrong with them throws; addresses and host are checked by envoi. */
function readArguments(args: readonly string[]): Request | "help" {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: text,
      port: text,
      tls: text,
      user: text,
      from: text,
      to: { type: "string", multiple: true },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return "help";
  const { host, port, tls = "wrapper", user, from, to } = values;
  if (host === undefined || from === undefined || to === undefined) {
    throw new TypeError("--host, --from and --to are needed");
  }
  if (!isMode(tls)) throw new TypeError(`--tls is one of ${Object.keys(modes).join(", ")}, not ${tls}`);
  const builder = SmtpTransport.builder(host).tls(modes[tls]);
  if (port !== undefined) builder.port(portNumber(port));
  if (user !== undefined) builder.credentials(Credentials.password(user, password()));
  const place = `${host}${port === undefined ? "" : `:${port}`}, --tls ${tls}`;
  return { place, builder, message: receipt(order, { from, to }) };
}

function isMode(tls: string): tls is keyof typeof modes {
  return Object.hasOwn(modes, tls);
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new TypeError(`--port is a number from 1 to 65535, not ${text}`);
}

function password(): string {
  const given = process.env["ENVOI_PASSWORD"];
  if (given === undefined)
    throw new TypeError("--user needs the password in the environment: ENVOI_PASSWORD");
  return given;
}
