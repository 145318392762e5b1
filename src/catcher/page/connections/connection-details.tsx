import type { Finding, Transcript } from "../api/lab.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { Icon } from "../ui/icon.tsx";

/** What the client of a connection did wrong, and all that was said. */
export function ConnectionDetails(props: {
  readonly transcript: Transcript;
  readonly findings: readonly Finding[];
}) {
  const { transcript, findings } = props;
  const { lines, text, dropped } = transcript;
  return (
    <>
      <Client {...transcript} />
      <h2>Findings against the client</h2>
      {findings.length === 0 ? (
        <p class="nothing">
          <Icon name="check" /> The client kept to the rules.
        </p>
      ) : (
        <ul class="findings">
          {findings.map((finding, index) => (
            <li key={index}>
              <p>
                <b>{finding.rule}</b>: {finding.about}
              </p>
              <p>{finding.text}</p>
              {finding.command === "" ? null : <code>{finding.command}</code>}
            </li>
          ))}
        </ul>
      )}
      <div class="panel-bar">
        <h2>Transcript</h2>
        <span class="spring" />
        <CopyButton text={text} what="the transcript" label="Copy" />
      </div>
      {dropped === 0 ? null : <p class="quiet">{dropped} lines before these are no longer kept.</p>}
      <ol class="transcript">
        {lines.slice(0, most).map((line, index) => (
          <li key={index} class={line.from}>
            <span class="at">{Math.round(line.at)} ms</span>
            <span class="who">{names[line.from]}</span>
            <code class={isRefusal(line) ? "refusal" : ""}>{line.text}</code>
          </li>
        ))}
      </ol>
      {lines.length > most ? (
        <p class="quiet">{lines.length - most} more lines are not shown, but copied.</p>
      ) : null}
    </>
  );
}

/** So many lines are shown: a connection may have 20,000. */
const most = 1_000;
const names = { client: "C", server: "S", note: "–" } as const;

function isRefusal({ from, text }: Transcript["lines"][number]): boolean {
  return from === "server" && /^[45]\d\d/.test(text);
}

function Client({ address, hello, user, tls, roundTrips }: Transcript) {
  const facts = [
    ["Client", hello === undefined ? address : `${hello} (${address})`],
    ["Login", user],
    ["TLS", tls ?? "none"],
    ["Waits", `${roundTrips} round trips`],
  ] as const;
  return (
    <dl class="facts">
      {facts.map(([name, value]) =>
        value === undefined || value === "" ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
