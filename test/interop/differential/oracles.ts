import { MESSAGE_LIMIT } from "./limits.ts";

/** What makes Postfix as strict as our server is, as far as it can be told to. */
export const postfixMain: Readonly<Record<string, string>> = {
  message_size_limit: `${MESSAGE_LIMIT}`,
  hopcount_limit: "50",
  smtpd_helo_required: "yes",
  strict_rfc821_envelopes: "yes",
  smtpd_forbid_bare_newline: "reject",
  smtpd_forbid_bare_newline_exclusions: "",
  smtpd_client_connection_count_limit: "0",
  // Clients on loopback are believed to be friends otherwise.
  smtpd_error_sleep_time: "0",
};

/** The same of Exim. */
export const eximMain: Readonly<Record<string, string>> = {
  message_size_limit: `${MESSAGE_LIMIT}`,
  // No dialogue is to fall over another's mistakes.
  smtp_max_synprot_errors: "20",
  smtp_max_unknown_commands: "20",
  acl_smtp_vrfy: "accept",
  qualify_recipient: "inbox.example",
  received_headers_max: "50",
};
