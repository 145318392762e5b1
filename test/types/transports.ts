// Compiled, not run: what builders build, and what connectors return.
import { connect } from "node:net";
import { type Connector, LmtpTransport, type ServerInfo, SmtpTransport, type Transport } from "envoi";

const smtp: SmtpTransport = SmtpTransport.unixSocket("/run/relay").clone().build();
const lmtp: LmtpTransport = LmtpTransport.fromUrl("lmtp://mailboxes.test").timeout(1000).clone().build();
export const transports: readonly Transport[] = [smtp, lmtp];
export const info: Promise<ServerInfo> = lmtp.testConnection({ deadline: 1000 });

// @ts-expect-error LMTP is not SMTP
export const another: SmtpTransport = LmtpTransport.builder("mailboxes.test").build();

const connector: Connector = ({ host, port, signal }) => connect({ host, port, signal });
SmtpTransport.relay("mail.test").connector(connector);
SmtpTransport.relay("mail.test").connector(async (target) => connector(target));
// @ts-expect-error a connector returns a stream
SmtpTransport.relay("mail.test").connector(() => "socket");
// @ts-expect-error there is no such option
void smtp.testConnection({ timeout: 1000 });
