import {
  INBOX_DOMAIN,
  offers,
  RECIPIENT_LIMIT,
  type Relay,
  type Relays,
  type Service,
  services,
} from "./configuration.ts";

/** What an instance's configuration depends on. */
export interface EximSetting {
  readonly directory: string;
  readonly ports: Readonly<Record<Service, number>>;
  readonly user: string;
  readonly relays?: Relays;
  readonly main?: Readonly<Record<string, string>>;
}

/** The text of the configuration of an Exim that writes nothing outside its directory. */
export function eximConfiguration(setting: EximSetting): string {
  const { directory, ports } = setting;
  const relays = Object.entries(setting.relays ?? {});
  const main = { message_size_limit: "30000000", smtp_accept_max_per_connection: "0", ...setting.main };
  const where = (test: (service: (typeof offers)[Service]) => boolean): string =>
    services
      .filter((service) => test(offers[service]))
      .map((service) => ports[service])
      .join(" : ");
  const isOn = (list: string): string => `\${if inlist{$received_port}{${list}}}`;
  const withTls = where(({ tls }) => tls !== "none");
  const withAuth = where(({ auth }) => auth);
  return `
primary_hostname = mx.exim.example
spool_directory = ${directory}/spool
log_file_path = ${directory}/log/%s
log_selector = +smtp_protocol_error +smtp_syntax_error +tls_certificate_verified +tls_cipher +smtp_connection
keep_environment =
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${services.map((service) => ports[service]).join(" : ")}
tls_on_connect_ports = ${where(({ tls }) => tls === "wrapper")}
tls_advertise_hosts = \${if inlist{$received_port}{${withTls}}{*}}
tls_certificate = ${directory}/server.pem
tls_privatekey = ${directory}/server.key
auth_advertise_hosts = \${if inlist{$received_port}{${withAuth}}{*}}
chunking_advertise_hosts = *
pipelining_advertise_hosts = *
smtputf8_advertise_hosts = *
dsn_advertise_hosts = *
recipients_max = ${RECIPIENT_LIMIT}
smtp_accept_max = 200
smtp_accept_queue_per_connection = 0
smtp_accept_queue = 0
deliver_drop_privilege = true
acl_smtp_mail = mail
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
${Object.entries(main)
  .map(([name, value]) => `${name} = ${value}`)
  .join("\n")}

begin acl
mail:
  deny condition = \${if eq{$sender_helo_name}{}}
       message = 503 5.5.1 say EHLO first
  deny condition = ${isOn(withTls)}
       !encrypted = *
       message = 530 5.7.0 Must issue a STARTTLS command first
  deny condition = ${isOn(withAuth)}
       !authenticated = *
       message = 530 5.7.0 Authentication required
  accept
rcpt:
  deny domains = ${INBOX_DOMAIN}
       local_parts = ^nobody
       message = 550 5.1.1 no such mailbox
  accept domains = ${INBOX_DOMAIN}
  accept domains = ${relays.map(([domain]) => domain).join(" : ")}
  deny message = 550 5.7.1 this instance relays nothing

begin routers
inbox:
  driver = accept
  domains = ${INBOX_DOMAIN}
  transport = inbox
${relays.map(([domain], index) => relayRouter(`relay${index}`, domain)).join("")}
begin transports
inbox:
  driver = appendfile
  maildir_format
  directory = ${directory}/inbox
  create_directory = false
  user = Debian-exim
  return_path_add
  envelope_to_add
  message_size_limit = 0
${relays.map(([, relay], index) => relayTransport(`relay${index}`, directory, relay)).join("")}

begin retry
* * F,1h,10s

begin authenticators
${authenticators(setting)}
`;
}

function relayRouter(name: string, domain: string): string {
  return `${name}:
  driver = manualroute
  domains = ${domain}
  route_list = * localhost byname
  self = send
  transport = ${name}
`;
}

function relayTransport(name: string, directory: string, relay: Relay): string {
  const { port, tls, lmtp = false, login, chunking = true } = relay;
  return `${name}:
  driver = smtp
  port = ${port}
  allow_localhost
  protocol = ${lmtp ? "lmtp" : tls === "implicit" ? "smtps" : "smtp"}
  helo_data = mx.exim.example
  hosts_try_chunking = ${chunking ? "*" : ""}
  hosts_avoid_tls = ${tls === "none" ? "*" : ""}
  hosts_require_tls = ${tls === "none" ? "" : "*"}
  tls_verify_certificates = ${directory}/ca.pem
  tls_verify_hosts = ${tls === "none" ? "" : "*"}
  hosts_require_auth = ${login === undefined ? "" : "*"}
  hosts_try_dane =
`;
}

/** The client's half of each is for the relays that ask for this mechanism. */
function authenticators({ directory, user, relays = {} }: EximSetting): string {
  const password = `\${readfile{${directory}/password}}`;
  const secret = `\${readfile{${directory}/relay-password}}`;
  const logins = Object.values(relays).map(({ login }) => login);
  const login = logins.find((each) => each !== undefined);
  const client = (mechanism: string, ...lines: readonly string[]): string => {
    const transports = logins.flatMap((each, index) =>
      each?.mechanism === mechanism ? [`relay${index}`] : [],
    );
    const condition = `client_condition = \${if inlist{$transport_name}{${transports.join(":")}}}`;
    return transports.length === 0 ? "" : [condition, ...lines].join("\n");
  };
  const isRight = (name: string, given: string): string =>
    `server_condition = \${if and{{eq{${name}}{${user}}}{eq{${given}}{${password}}}}}`;
  return `plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  ${isRight("$auth2", "$auth3")}
  server_set_id = $auth2
${client("PLAIN", `client_send = ^${login?.user}^${secret}`)}
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  ${isRight("$auth1", "$auth2")}
  server_set_id = $auth1
${client("LOGIN", `client_send = : ${login?.user} : ${secret}`)}
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = \${if eq{$auth1}{${user}}{${password}}fail}
  server_set_id = $auth1
${client("CRAM-MD5", `client_name = ${login?.user}`, `client_secret = ${secret}`)}
`;
}
