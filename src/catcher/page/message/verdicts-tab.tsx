import { readVerdicts, type Verdict } from "../api/lab.ts";
import type { Message } from "../api/mailpit.ts";
import { ResourceView } from "../ui/resource-view.tsx";
import { useResource } from "../ui/use-resource.ts";

/** What SPF, DKIM, DMARC and ARC say about a mail, and what to do about it. */
export function VerdictsTab({ message }: { message: Message }) {
  const verdicts = useResource(message.ID, (signal) => readVerdicts(message.ID, signal));
  return (
    <ResourceView resource={verdicts}>
      {({ spf, dkim, dmarc, arc, note }) => (
        <>
          {note === undefined ? null : <p class="hint">{note}</p>}
          <div class="cards">
            <Card name="DMARC" about="Is the author's domain proved?" verdict={dmarc} />
            <Card name="SPF" about="May this client send for the sender's domain?" verdict={spf} />
            {dkim.length === 0 ? (
              <Card
                name="DKIM"
                about="Is the mail signed, and unchanged?"
                verdict={{ result: "none", reason: "The mail is not signed." }}
              />
            ) : (
              dkim.map((verdict, index) => (
                <Card key={index} name="DKIM" about="Is the mail signed, and unchanged?" verdict={verdict} />
              ))
            )}
            <Card name="ARC" about="Do forwarders vouch for the mail?" verdict={arc} />
          </div>
        </>
      )}
    </ResourceView>
  );
}

const good = new Set(["pass"]);
const bad = new Set(["fail", "permerror"]);

function Card({ name, about, verdict }: { name: string; about: string; verdict: Verdict | undefined }) {
  if (verdict === undefined) return null;
  const tone = good.has(verdict.result) ? "good" : bad.has(verdict.result) ? "bad" : "neutral";
  return (
    <section class={`card ${tone}`} aria-label={name}>
      <header>
        <h2>{name}</h2>
        <span class={`result ${tone}`}>{verdict.result}</span>
      </header>
      <p class="quiet">
        {about}
        {verdict.domain === undefined || verdict.domain === "" ? null : (
          <>
            {" "}
            <code>{verdict.domain}</code>
          </>
        )}
      </p>
      <p>{verdict.reason}</p>
      {verdict.advice === undefined ? null : (
        <p class="advice">
          <b>What to do: </b>
          {verdict.advice}
        </p>
      )}
    </section>
  );
}
