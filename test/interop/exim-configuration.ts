import {
  INBOX_DOMAIN,
  offers,
  RECIPIENT_LIMIT,
  type Relay,
  type Service,
  services,
} from "./configuration.ts";

/** What an instance's configuration depends on. */
export interface EximSetting {
  readonly directory: string;
  readonly ports: Readonly<Record<Service, number>>;
  readonly user: string;
  readonly relay?: Relay;
  readonly main?: Readonly<Record<string, string>>;
}

/** The text of the configuration of an Exim that writes nothing outside its directory. */
export function eximConfiguration(setting: EximSetting): string {
  const { directory, ports, relay } = setting;
  const main = { message_size_limit: "30000000", ...setting.main };
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
smtp_accept_max_per_connection = 0
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
  ${relay === undefined ? "deny message = 550 5.7.1 this instance relays nothing" : "accept"}

begin routers
inbox:
  driver = accept
  domains = ${INBOX_DOMAIN}
  transport = inbox
relay:
  driver = manualroute
  route_list = * localhost byname
  self = send
  transport = relay

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
${relay === undefined ? "relay:\n  driver = smtp\n" : relayTransport(directory, relay)}

begin retry
* * F,1h,10s

begin authenticators
${authenticators(setting)}
`;
}

function relayTransport(
  directory: string,
  { port, tls, lmtp = false, login, chunking = true }: Relay,
): string {
  return `relay:
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
  hosts_try_prdr =
  hosts_try_dane =
`;
}

/** The client's half of each is for the relay, and only for the mechanism that is asked for. */
function authenticators({ directory, user, relay }: EximSetting): string {
  const password = `\${readfile{${directory}/password}}`;
  const secret = `\${readfile{${directory}/relay-password}}`;
  const login = relay?.login;
  const client = (mechanism: string, ...lines: readonly string[]): string =>
    login?.mechanism === mechanism ? lines.join("\n") : "";
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
