import { addFault } from "../api/lab.ts";
import { refreshFaults } from "../state/faults.ts";
import { JsonForm } from "../ui/json-form.tsx";

const example = `{
  "at": "rcpt",
  "when": { "recipient": "/^anna@/" },
  "times": 2,
  "reply": "450 4.7.1 Later"
}`;

/** Any fault, as JSON. */
export function FaultEditor() {
  const add = async (fault: unknown) => {
    await addFault(fault);
    await refreshFaults();
  };
  return (
    <JsonForm example={example} rows={7} button="Add this fault" icon="plus" submit={add}>
      {(id) => (
        <>
          <h2>
            <label for={id}>Your own, as JSON</label>
          </h2>
          <p class="quiet">The fields are those of the type Fault of envoi/testing.</p>
        </>
      )}
    </JsonForm>
  );
}
