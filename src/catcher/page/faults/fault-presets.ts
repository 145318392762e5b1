/** A fault with a name: what often goes wrong with real servers. */
export interface FaultPreset {
  readonly id: string;
  readonly name: string;
  /** What it does, in a sentence. */
  readonly about: string;
  /** The fault, as the API takes it. */
  readonly fault: Readonly<Record<string, unknown>>;
}

/** The faults that have a switch, in groups. */
export const faultPresets: readonly { readonly title: string; readonly presets: readonly FaultPreset[] }[] = [
  {
    title: "Refusals",
    presets: [
      {
        id: "greylist",
        name: "Greylisting",
        about: "Refuses each recipient at the first attempt, and accepts the next.",
        fault: { at: "rcpt", greylist: true },
      },
      {
        id: "no-such-user",
        name: "No such user",
        about: "Refuses recipients for good.",
        fault: { at: "rcpt", reply: "550 5.1.1 No such user here" },
      },
      {
        id: "mailbox-full",
        name: "Mailbox full",
        about: "Refuses recipients for now.",
        fault: { at: "rcpt", reply: "452 4.2.2 The mailbox is full" },
      },
      {
        id: "sender-refused",
        name: "Sender refused",
        about: "Refuses every sender for good.",
        fault: { at: "mail", reply: "550 5.7.1 Sender address rejected" },
      },
      {
        id: "rate-limit",
        name: "Too many mails",
        about: "Refuses every mail for now, as a server that limits the rate.",
        fault: { at: "mail", reply: "451 4.7.1 Too many mails, slow down" },
      },
      {
        id: "too-large",
        name: "Too large",
        about: "Refuses every mail because of its size.",
        fault: { at: "mail", reply: "552 5.3.4 The message is too large" },
      },
      {
        id: "spam",
        name: "Taken for spam",
        about: "Refuses the content of every mail, after it was sent.",
        fault: { at: "final", reply: "550 5.7.1 The message looks like spam" },
      },
      {
        id: "flaky",
        name: "Sometimes",
        about: "Refuses every third mail or so for now.",
        fault: { at: "mail", when: { chance: 0.33 }, reply: "451 4.3.0 Temporary failure" },
      },
    ],
  },
  {
    title: "Connections",
    presets: [
      {
        id: "closed",
        name: "Closed port",
        about: "Accepts no connection.",
        fault: { at: "listen", drop: "before" },
      },
      {
        id: "shutting-down",
        name: "Shutting down",
        about: "Greets every client with 421.",
        fault: { at: "greeting", reply: "421 4.3.2 Shutting down" },
      },
      {
        id: "drop-content",
        name: "Lost in the middle",
        about: "Resets the connection while a mail is sent.",
        fault: { at: "content", octet: 100, drop: "before", by: "rst" },
      },
      {
        id: "drop-final",
        name: "Lost at the end",
        about: "Keeps the mail, but closes before it says so: the client cannot know.",
        fault: { at: "final", drop: "before" },
      },
    ],
  },
  {
    title: "Slowness",
    presets: [
      {
        id: "slow-greeting",
        name: "Slow greeting",
        about: "Greets after 5 seconds.",
        fault: { at: "greeting", delay: 5_000 },
      },
      {
        id: "slow-final",
        name: "Slow end",
        about: "Answers a mail after 5 seconds.",
        fault: { at: "final", delay: 5_000 },
      },
      {
        id: "tarpit",
        name: "Tarpit",
        about: "Answers EHLO a byte every 100 ms.",
        fault: { at: "ehlo", tarpit: 100 },
      },
      {
        id: "silence",
        name: "Silence",
        about: "Never answers a mail.",
        fault: { at: "final", stall: true },
      },
    ],
  },
  {
    title: "TLS and logins",
    presets: [
      {
        id: "tls-fails",
        name: "TLS failure",
        about: "Cuts every TLS handshake.",
        fault: { at: "tls", drop: "before" },
      },
      {
        id: "certificate-expired",
        name: "Expired certificate",
        about: "Shows a certificate that is no longer valid.",
        fault: { at: "tls", tls: { certificate: "expired" } },
      },
      {
        id: "no-starttls",
        name: "No STARTTLS",
        about: "Does not offer encryption, as an attacker may arrange.",
        fault: { at: "ehlo", conceal: ["STARTTLS"] },
      },
      {
        id: "login-fails",
        name: "Login refused",
        about: "Refuses every user and password.",
        fault: { at: "auth", reply: "535 5.7.8 Authentication credentials invalid" },
      },
    ],
  },
  {
    title: "After acceptance",
    presets: [
      {
        id: "bounce",
        name: "Bounce",
        about: "Accepts every mail, and returns a delivery report to its sender.",
        fault: { at: "final", bounce: "550 5.1.1 No such user" },
      },
      {
        id: "twice",
        name: "Delivered twice",
        about: "Stores every mail twice.",
        fault: { at: "final", keep: "twice" },
      },
      {
        id: "vanish",
        name: "Vanishes",
        about: "Accepts every mail, and stores none.",
        fault: { at: "final", keep: "never" },
      },
    ],
  },
];

/** Whether a fault is the one of a preset, whatever the order of its fields. */
export function isPreset(preset: FaultPreset, fault: unknown): boolean {
  return canonical(preset.fault) === canonical(fault);
}

/** The preset of a fault; undefined if it has none. */
export function presetOf(fault: unknown): FaultPreset | undefined {
  return faultPresets.flatMap(({ presets }) => presets).find((preset) => isPreset(preset, fault));
}

function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const fields = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{${fields
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => `${name}:${canonical(each)}`)
    .join()}}`;
}
