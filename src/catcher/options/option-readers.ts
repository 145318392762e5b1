import { caughtBy } from "../../testing/messages/captured-messages.ts";
import { recipientTest } from "../../testing/messages/recipient-test.ts";
import type { TestServer } from "../../testing/test-server.ts";
import { testServerOptionReaders } from "../../testing/test-server-options.ts";
import { callback, flag, group, listOf, text, wholeNumber } from "../../text/options/option-kinds.ts";
import {
  type OptionReaders,
  readOptions,
  refuseOption,
  wrongChoice,
  wrongOption,
} from "../../text/options/option-reader.ts";
import { webhookTarget } from "../webhook/webhook-target.ts";
import type { CatcherHttpOptions, CatcherLogin, CatcherOptions, RelayOptions } from "./catcher-options.ts";

/**
 * Checks the options of a catcher.
 *
 * @throws EnvoiError of kind `"configuration"` for options that are not valid, alone or together.
 */
export function readCatcherOptions(given: CatcherOptions): CatcherOptions {
  const options = readOptions(given, readers);
  if (options.server !== undefined && options.smtp !== undefined)
    throw refuseOption("smtp", "cannot be used with server", "The server has options of its own");
  return options;
}

const login: OptionReaders<CatcherLogin> = { user: readUser, password: text };

const http: OptionReaders<CatcherHttpOptions> = {
  host: text,
  port: wholeNumber(0, 65_535),
  names: listOf(readName),
  origins: listOf(readOrigin),
  auth: group(login, ["user", "password"]),
};

const relay: OptionReaders<RelayOptions> = { url: text, recipients: listOf(readRecipient) };
const readRelayGroup = group(relay, ["url"]);
const smtp = smtpReaders();

const readers: OptionReaders<CatcherOptions> = {
  smtp: group(smtp),
  http: group(http),
  server: readServer,
  keep: text,
  max: wholeNumber(1),
  maxBytes: wholeNumber(0),
  relay: (value, field) => (typeof value === "string" ? text(value, field) : readRelayGroup(value, field)),
  webhook: readWebhook,
  linkCheck: flag,
  public: flag,
  onError: callback,
  keepAlive: flag,
};

/** All options of a TestServer but those that the catcher sets. */
function smtpReaders(): OptionReaders<NonNullable<CatcherOptions["smtp"]>> {
  const { keep: _, keepAlive: __, ...rest } = testServerOptionReaders;
  return rest;
}

function readServer(value: unknown, field: string): TestServer {
  if (caughtBy(value) !== undefined) return value as TestServer;
  throw wrongOption(field, "a TestServer", value);
}

function readUser(value: unknown, field: string): string {
  const user = text(value, field);
  if (user.includes(":")) throw refuseOption(field, "must not contain a colon (RFC 7617)");
  return user;
}

function readName(value: unknown, field: string): string {
  const name = text(value, field);
  if (/^[a-z\d_-]+(?:\.[a-z\d_-]+)*$/i.test(name)) return name;
  throw wrongChoice(field, "a host name without a port", name);
}

function readOrigin(value: unknown, field: string): string {
  const origin = text(value, field);
  if (URL.canParse(origin) && new URL(origin).origin === origin.toLowerCase().replace(/\/$/, ""))
    return origin;
  throw wrongChoice(field, "an origin such as https://app.example", origin);
}

function readRecipient(value: unknown, field: string): string {
  const recipient = text(value, field);
  try {
    recipientTest(recipient);
  } catch (cause) {
    throw refuseOption(field, 'expected an address, or a domain such as "@example.org"', undefined, cause);
  }
  return recipient;
}

function readWebhook(value: unknown, field: string): string {
  const url = text(value, field);
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw refuseOption(field, "expected a URL with http: or https:");
  webhookTarget(url);
  return url;
}
