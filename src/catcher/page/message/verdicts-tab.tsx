import { useSignal } from "@preact/signals";
import { readVerdicts, type Verdict, type Verdicts, verify } from "../api/lab.ts";
import type { Message } from "../api/mailpit.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { ResourceView } from "../ui/resource-view.tsx";
import { useResource } from "../ui/use-resource.ts";
import { ZoneForm } from "./zone-form.tsx";

/** What SPF, DKIM, DMARC and ARC say about a mail, and what to do about it. */
export function VerdictsTab({ message }: { message: Message }) {
  const resource = useResource(message.ID, (signal) => readVerdicts(message.ID, signal));
  const again = useSignal<Verdicts | undefined>(undefined);
  return (
    <ResourceView resource={resource}>
      {(first) => {
        const verdicts = again.value ?? first;
        return (
          <>
            <Advice advice={verdicts.advice} />
            {verdicts.verified ? <Cards {...verdicts} /> : null}
            {verdicts.field === undefined ? null : (
              <div class="code-block">
                <h2>Authentication-Results</h2>
                <pre class="mail-text">{verdicts.field.trim()}</pre>
                <CopyButton text={verdicts.field} what="the field Authentication-Results" />
              </div>
            )}
            <ZoneForm
              domain={message.From?.Address.split("@").at(-1) ?? "example.com"}
              check={async (zone) => {
                again.value = await verify(message.ID, zone);
              }}
            />
          </>
        );
      }}
    </ResourceView>
  );
}

function Advice({ advice }: Pick<Verdicts, "advice">) {
  return (
    <ul class="advice">
      {advice.map(({ severity, about, what, remedy }, index) => (
        <li key={index} class={severity}>
          <b>{about.toUpperCase()}</b>
          <div>
            <p>{what}</p>
            {remedy === undefined ? null : <p class="remedy">{remedy}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}

const unsigned: Verdict = { result: "none", reason: "The mail is not signed." };

function Cards({ spf, dkim = [], dmarc, arc }: Verdicts) {
  return (
    <div class="cards">
      <Card name="DMARC" about="Is the author's domain proved?" verdict={dmarc} />
      <Card name="SPF" about="May this client send for the sender's domain?" verdict={spf} />
      {(dkim.length === 0 ? [unsigned] : dkim).map((verdict, index) => (
        <Card key={index} name="DKIM" about="Is the mail signed, and unchanged?" verdict={verdict} />
      ))}
      <Card name="ARC" about="Do forwarders vouch for the mail?" verdict={arc} />
    </div>
  );
}

const tones: Readonly<Record<string, string>> = { pass: "good", fail: "bad", permerror: "bad" };

function Card(props: {
  readonly name: string;
  readonly about: string;
  readonly verdict: Verdict | undefined;
}) {
  const { name, about, verdict } = props;
  if (verdict === undefined) return null;
  const { result, reason, domain = "" } = verdict;
  return (
    <section class="card" aria-label={name}>
      <header>
        <h2>{name}</h2>
        <span class={`result ${tones[result] ?? "neutral"}`}>{result}</span>
      </header>
      <p class="quiet">
        {about} {domain === "" ? null : <code>{domain}</code>}
      </p>
      <p>{reason}</p>
    </section>
  );
}
