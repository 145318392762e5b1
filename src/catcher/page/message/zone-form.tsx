import { JsonForm } from "../ui/json-form.tsx";

/** Verifies a mail with records of DNS that are not published yet. */
export function ZoneForm({ domain, check }: { domain: string; check(zone: unknown): Promise<void> }) {
  return (
    <details class="zone">
      <summary>Verify with your own DNS records</summary>
      <JsonForm example={example(domain)} rows={8} button="Verify" icon="check" submit={check}>
        {(id) => <label for={id}>Records by name, as JSON. Nothing is asked of real DNS.</label>}
      </JsonForm>
    </details>
  );
}

function example(domain: string): string {
  return JSON.stringify(
    {
      [domain]: { TXT: ["v=spf1 ip4:127.0.0.1 -all"] },
      [`_dmarc.${domain}`]: { TXT: ["v=DMARC1; p=reject"] },
    },
    undefined,
    2,
  );
}
