// Compiled, not run: what the types of `envoi/server` let through, and what they refuse.
import { Reply, type Session, SmtpServer, type SmtpServerOptions } from "envoi/server";

/** Hooks may return nothing, a refusal, and what is theirs alone; a plain object will do for a Reply. */
export const hooks: SmtpServerOptions = {
  connect: ({ session }) =>
    session.remoteAddress === "192.0.2.1" ? Reply.of(421, "4.7.0", "No") : undefined,
  hello: async ({ name, verb }) => {
    if (name === "x" && verb === "HELO") throw { code: 550, lines: "No" };
  },
  auth: async ({ user, verify }) => ((await verify("secret")) ? { user } : undefined),
  mail: ({ from, parameters }) =>
    from === null || (parameters.SIZE ?? 0) > 5
      ? { code: 552, enhancedCode: "5.3.4", lines: "No" }
      : undefined,
  recipient: ({ recipient, parameters }) =>
    recipient.domain === "y.test" && parameters.NOTIFY === undefined ? "accept" : undefined,
  async data({ envelope, content, refuse }) {
    for await (const piece of content) piece.subarray(0);
    for (const recipient of envelope.to) refuse(recipient, { code: 452, lines: "Full" });
  },
  onError: ({ error, hook }) => console.error(hook, error),
};

const refused: SmtpServerOptions[] = [
  // @ts-expect-error A port is a number.
  { port: "25" },
  // @ts-expect-error There is no such option.
  { domain: ["y.test"] },
  // @ts-expect-error There is no such timeout.
  { timeouts: { comand: 5 } },
  // @ts-expect-error There is no such option of a listener.
  { listeners: [{ prot: 25 }] },
  // @ts-expect-error Relaying is for who has authenticated.
  { relay: true },
  // @ts-expect-error Too old, except for a listener of its own.
  { minVersion: "TLSv1.1" },
  // @ts-expect-error Too old for any.
  { listeners: [{ minVersion: "SSLv3" }] },
  // @ts-expect-error `true` lets nobody in.
  { auth: () => true },
  // @ts-expect-error Nor does a name alone.
  { auth: async ({ user }) => user },
  // @ts-expect-error "yes" accepts nobody.
  { recipient: () => "yes" },
  // @ts-expect-error Only recipients are accepted.
  { mail: () => "accept" },
  // @ts-expect-error A hook is a function.
  { data: true },
];

/** What is known of a connection is not to be changed, but for the host's own. */
export function look(session: Session, own: Session<{ readonly seen: Set<string> }>): void {
  own.state.seen.add("x");
  session.state["anything"] = 1;
  // @ts-expect-error Whatever is there is not known.
  session.state["anything"].toFixed();
  // @ts-expect-error It never changes.
  session.remoteAddress = "192.0.2.2";
  // @ts-expect-error There is no such state.
  own.state.other = 1;
  // @ts-expect-error It may not have been said.
  session.hello.name.length;
}

/** The state of a connection has the type of what makes it. */
export async function state(): Promise<void> {
  const server = await SmtpServer.listen({
    state: () => ({ refused: 0 }),
    mail: ({ session }) => {
      session.state.refused++;
      // @ts-expect-error It is a number.
      session.state.refused = "many";
      // @ts-expect-error There is no such state.
      session.state.accepted++;
    },
  });
  await using _ = server;
  await server.close({ grace: 5 });
  // @ts-expect-error There is no such option.
  await server.close({ timeout: 5 });
  // @ts-expect-error There is one way to make one.
  new SmtpServer();
  const { path } = server.listeners[0] ?? {};
  path?.length;
}

refused.length;
