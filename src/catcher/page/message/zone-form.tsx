import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Button } from "../ui/button.tsx";

/** Verifies a mail with records of DNS that are not published yet. */
export function ZoneForm({ domain, check }: { domain: string; check(zone: unknown): Promise<void> }) {
  const text = useSignal(example(domain));
  const problem = useSignal("");
  const id = useId();
  const submit = async () => {
    problem.value = "";
    try {
      await check(JSON.parse(text.value));
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <details class="zone">
      <summary>Verify with your own DNS records</summary>
      <form
        class="json-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <label for={id}>Records by name, as JSON. Nothing is asked of real DNS.</label>
        <textarea
          id={id}
          rows={8}
          spellcheck={false}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
        <p class="failure" role="alert">
          {problem.value}
        </p>
        <Button type="submit" kind="primary" icon="check">
          Verify
        </Button>
      </form>
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
