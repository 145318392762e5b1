import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { addFault } from "../api/lab.ts";
import { refreshFaults } from "../state/faults.ts";
import { Button } from "../ui/button.tsx";

const example = `{
  "at": "rcpt",
  "when": { "recipient": "/^anna@/" },
  "times": 2,
  "reply": "450 4.7.1 Later"
}`;

/** Any fault, as JSON. */
export function FaultEditor() {
  const text = useSignal(example);
  const problem = useSignal("");
  const id = useId();
  const submit = async () => {
    problem.value = "";
    try {
      await addFault(JSON.parse(text.value));
      await refreshFaults();
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <form
      class="json-form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h2>
        <label for={id}>Your own, as JSON</label>
      </h2>
      <p class="quiet">The fields are those of the type Fault of envoi/testing.</p>
      <textarea
        id={id}
        spellcheck={false}
        rows={7}
        aria-invalid={problem.value !== ""}
        aria-describedby={`${id}-problem`}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <p id={`${id}-problem`} class="failure" role="alert">
        {problem.value}
      </p>
      <Button type="submit" icon="plus" kind="primary">
        Add this fault
      </Button>
    </form>
  );
}
