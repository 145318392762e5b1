import { sendMail } from "../api/mailpit.ts";
import { smtpUrl } from "../state/facts.ts";
import { attempt } from "../state/notices.ts";
import { go, query } from "../state/route.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Icon } from "../ui/icon.tsx";
import { sampleMail } from "./sample-mail.ts";

/** What is shown instead of a list without mails: how to get the first one. */
export function EmptyList() {
  if (query.value !== "") {
    return (
      <div class="empty">
        <Icon name="search" />
        <h2>No mail fits</h2>
        <p>
          Nothing was found for <q>{query.value}</q>.
        </p>
        <Button onClick={() => go({ query: "" })}>Show all mails</Button>
      </div>
    );
  }
  const url = smtpUrl.value;
  return (
    <div class="empty">
      <Icon name="inbox" />
      <h2>No mail yet</h2>
      <p>Send mail to this address. It is caught, and goes no further.</p>
      {url === undefined ? null : (
        <div class="code-line">
          <code>{url}</code>
          <CopyButton text={url} what="the address of the SMTP server" />
        </div>
      )}
      <Button icon="send" kind="primary" onClick={() => void attempt(sendMail(sampleMail()))}>
        Send a sample mail
      </Button>
      {url === undefined ? null : <Snippets url={url} />}
    </div>
  );
}

function Snippets({ url }: { url: string }) {
  const { hostname, port } = new URL(url.replace(/^smtps?:/, "http:"));
  const host = hostname.replace(/^\[|\]$/g, "");
  const snippets = [
    {
      name: "envoi",
      text: `const transport = SmtpTransport.fromUrl("${url}").build();\nawait transport.send({ from: "me@app.test", to: "you@app.test", subject: "Hello", text: "Hi" });`,
    },
    { name: "Environment", text: `SMTP_URL=${url}\nMAIL_HOST=${host}\nMAIL_PORT=${port || "25"}` },
    {
      name: "curl",
      text: `printf 'Subject: Hello\\r\\n\\r\\nHi\\r\\n' | curl -sS ${url} \\\n  --mail-from me@app.test --mail-rcpt you@app.test --upload-file -`,
    },
  ];
  return (
    <div class="snippets">
      {snippets.map(({ name, text }) => (
        <details key={name}>
          <summary>{name}</summary>
          <div class="code-block">
            <pre>{text}</pre>
            <CopyButton text={text} what={`the lines for ${name}`} />
          </div>
        </details>
      ))}
    </div>
  );
}
