import type { SmtpConnection } from "../api/lab.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { Icon } from "../ui/icon.tsx";

/** What the client of a connection did wrong, and all that was said. */
export function ConnectionDetails({ connection }: { connection: SmtpConnection }) {
  const { findings, lines } = connection;
  return (
    <>
      <h2>Findings against the client</h2>
      {findings.length === 0 ? (
        <p class="nothing">
          <Icon name="check" /> The client kept to the rules.
        </p>
      ) : (
        <ul class="findings">
          {findings.map(({ rule, text, command }, index) => (
            <li key={index}>
              <b>{rule}</b>
              <p>{text}</p>
              {command === "" ? null : <code>{command}</code>}
            </li>
          ))}
        </ul>
      )}
      <div class="panel-bar">
        <h2>Transcript</h2>
        <span class="spring" />
        <CopyButton text={asText(connection)} what="the transcript" label="Copy" />
      </div>
      <ol class="transcript">
        {lines.slice(0, most).map(({ from, text, at }, index) => (
          <li key={index} class={from}>
            <span class="at">{Math.round(at)} ms</span>
            <span class="who">{names[from]}</span>
            <code>{text}</code>
          </li>
        ))}
      </ol>
      {lines.length > most ? (
        <p class="quiet">and {lines.length - most} more lines, which Copy copies</p>
      ) : null}
    </>
  );
}

const most = 1_000;
const names = { client: "C", server: "S", note: "–" } as const;

function asText({ lines }: SmtpConnection): string {
  return lines.map(({ from, text }) => `${names[from]}: ${text}\n`).join("");
}
