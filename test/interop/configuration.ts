/**
 * The services of our Postfix, each on its own port on 127.0.0.1. If a service has TLS or AUTH, it requires it.
 */
export const offers = {
  plain: { tls: "none", auth: false },
  plainAuth: { tls: "none", auth: true },
  starttls: { tls: "starttls", auth: false },
  submission: { tls: "starttls", auth: true },
  wrapper: { tls: "wrapper", auth: false },
  submissions: { tls: "wrapper", auth: true },
} as const;

export type Service = keyof typeof offers;

export const services = Object.keys(offers) as readonly Service[];

/** The domain whose mail Postfix delivers into the maildir. */
export const INBOX_DOMAIN = "inbox.example";

/** The most recipients that Postfix takes in one transaction; the next is refused with 452 4.5.3. */
export const RECIPIENT_LIMIT = 100;

/** The user (and group) that owns the maildir: nobody. */
export const MAILDIR_OWNER = 65534;

/** Where a server relays mail for other domains than {@link INBOX_DOMAIN}. */
export interface Relay {
  readonly port: number;
  /** Whether TLS is asked for, and how; then the certificate is verified for `localhost`. */
  readonly tls: "none" | "starttls" | "implicit";
  /** Speaks LMTP, not SMTP. */
  readonly lmtp?: boolean;
  /** How to log in. */
  readonly login?: Login;
  /** Exim: whether to use BDAT if it is offered; `true` by default. Postfix's client supports DATA only. */
  readonly chunking?: boolean;
}

/** What is handed on, by the domain of the recipient; `*` is every other. What is for no relay is refused. */
export type Relays = Readonly<Record<string, Relay>>;

/** How a relay's client logs in. */
export interface Login {
  readonly mechanism: string;
  readonly user: string;
  readonly password: string;
}

/** The text of `main.cf` for an instance that writes nothing outside `directory`. */
export function mainCf(directory: string, relays: Relays = {}, further: Settings = {}): string {
  return format({
    compatibility_level: "3.6",
    queue_directory: `${directory}/queue`,
    data_directory: `${directory}/data`,
    command_directory: "/usr/sbin",
    daemon_directory: "/usr/lib/postfix/sbin",
    maillog_file: `${directory}/log/mail.log`,
    maillog_file_prefixes: directory,
    mail_owner: "postfix",
    setgid_group: "postdrop",
    inet_interfaces: "127.0.0.1",
    inet_protocols: "ipv4",
    myhostname: "mx.interop.example",
    mydestination: "",
    alias_maps: "",
    alias_database: "",
    mynetworks: "127.0.0.0/8",
    smtpd_relay_restrictions: "permit_mynetworks, reject",
    smtpd_recipient_limit: `${RECIPIENT_LIMIT}`,
    message_size_limit: "30000000",
    in_flow_delay: "0s",
    ...unchanged,
    ...inbox(directory),
    ...serverTls(directory),
    ...serverAuth(directory),
    ...relaying(directory, relays),
    ...further,
  });
}

/** The text of `master.cf`. */
export function masterCf(ports: Readonly<Record<Service, number>>, relays: Relays = {}): string {
  const tlsOptions = {
    none: ["smtpd_tls_security_level=none"],
    starttls: ["smtpd_tls_security_level=encrypt"],
    wrapper: ["smtpd_tls_wrappermode=yes"],
  };
  const authOptions = [
    "smtpd_sasl_auth_enable=yes",
    "smtpd_relay_restrictions=permit_sasl_authenticated,reject",
    "smtpd_recipient_restrictions=permit_sasl_authenticated,reject",
  ];
  const inet = services.map((service) => {
    const { tls, auth } = offers[service];
    const options = [`syslog_name=postfix/${service}`, ...tlsOptions[tls], ...(auth ? authOptions : [])];
    return `127.0.0.1:${ports[service]} inet n - n - - smtpd${options.map((option) => ` -o ${option}`).join("")}`;
  });
  const clients = Object.values(relays).map((relay, index) => relayClient(`relay${index}`, relay));
  return `${[...inet, ...internal, ...clients].join("\n")}\n`;
}

/** Nothing of the header is added, completed or dropped, so that what is read back is what was sent. */
const unchanged = {
  local_header_rewrite_clients: "",
  message_drop_headers: "",
  enable_long_queue_ids: "yes",
};

/** Every local part is accepted, except those that begin with "nobody". */
const inbox = (directory: string): Settings => ({
  virtual_mailbox_domains: INBOX_DOMAIN,
  virtual_mailbox_base: directory,
  virtual_mailbox_maps: "regexp:{ {!/^nobody/ inbox/} }",
  virtual_mailbox_limit: "0",
  virtual_minimum_uid: "100",
  virtual_uid_maps: `static:${MAILDIR_OWNER}`,
  virtual_gid_maps: `static:${MAILDIR_OWNER}`,
});

const serverTls = (directory: string): Settings => ({
  smtpd_tls_cert_file: `${directory}/server.pem`,
  smtpd_tls_key_file: `${directory}/server.key`,
  smtpd_tls_received_header: "yes",
  smtpd_tls_loglevel: "1",
});

/**
 * Cyrus SASL inside smtpd itself, with a password file of its own: no second daemon to start and stop. Debian's Postfix
 * looks for SASL's configuration in the folder `sasl` of its own whatever `cyrus_sasl_config_path` says; so both say
 * so.
 */
const serverAuth = (directory: string): Settings => ({
  smtpd_sasl_type: "cyrus",
  smtpd_sasl_path: "smtpd",
  cyrus_sasl_config_path: `${directory}/conf/sasl`,
  smtpd_sasl_local_domain: INBOX_DOMAIN,
  smtpd_sasl_authenticated_header: "yes",
});

/** Each relay has a client of its own, because each is spoken to in another way. */
function relaying(directory: string, relays: Relays): Settings {
  const list = Object.entries(relays);
  const route = (index: number, { port }: Relay): string => `relay${index}:[localhost]:${port}`;
  const routes = list.flatMap(([domain, relay], index) =>
    domain === "*" ? [] : [`{${domain}=${route(index, relay)}}`],
  );
  const rest = list.findIndex(([domain]) => domain === "*");
  const passwords = list.flatMap(([, { port, login }]) =>
    login === undefined ? [] : [`{[localhost]:${port}=${login.user}:${login.password}}`],
  );
  const both = (name: string, value: string): Settings => ({
    [`smtp_${name}`]: value,
    [`lmtp_${name}`]: value,
  });
  return {
    transport_maps: routes.length === 0 ? "" : `inline:{ ${routes.join(", ")} }`,
    default_transport:
      rest === -1
        ? "error:this instance relays nothing"
        : route(rest, (list[rest] as (typeof list)[number])[1]),
    ...both("host_lookup", "native"),
    ...both("tls_CAfile", `${directory}/ca.pem`),
    ...both("tls_loglevel", "1"),
    ...both("sasl_password_maps", passwords.length === 0 ? "" : `inline:{ ${passwords.join(", ")} }`),
    ...both("sasl_security_options", "noanonymous"),
  };
}

function relayClient(name: string, { tls, lmtp, login }: Relay): string {
  const program = lmtp === true ? "lmtp" : "smtp";
  const options = {
    tls_security_level: tls === "none" ? "none" : "secure",
    // It is for a domain by default, and ours is that of the next hop.
    tls_secure_cert_match: "hostname",
    tls_wrappermode: tls === "implicit" ? "yes" : "no",
    sasl_auth_enable: login === undefined ? "no" : "yes",
    sasl_mechanism_filter: login?.mechanism ?? "",
  };
  const settings = Object.entries(options).map(([option, value]) => ` -o ${program}_${option}=${value}`);
  return `${name} unix - - n - - ${program}${settings.join("")}`;
}

/** `service type private unpriv chroot wakeup maxproc command`, as in the distributed file, without chroot. */
const internal = [
  "cleanup unix n - n - 0 cleanup",
  "qmgr unix n - n 300 1 qmgr",
  "tlsmgr unix - - n 1000? 1 tlsmgr",
  "rewrite unix - - n - - trivial-rewrite",
  "bounce unix - - n - 0 bounce",
  "defer unix - - n - 0 bounce",
  "trace unix - - n - 0 bounce",
  "flush unix n - n 1000? 0 flush",
  "proxymap unix - - n - - proxymap",
  "proxywrite unix - - n - 1 proxymap",
  "smtp unix - - n - - smtp",
  "lmtp unix - - n - - lmtp",
  "relay unix - - n - - smtp",
  "error unix - - n - - error",
  "retry unix - - n - - error",
  "discard unix - - n - - discard",
  "virtual unix - n n - - virtual",
  "anvil unix - - n - 1 anvil",
  "scache unix - - n - 1 scache",
  "postlog unix-dgram n - n - 1 postlogd",
];

type Settings = Readonly<Record<string, string>>;

const format = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join("");
