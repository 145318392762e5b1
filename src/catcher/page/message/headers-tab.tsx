import { useSignal } from "@preact/signals";
import { type Message, readHeaders } from "../api/mailpit.ts";
import { beginningOf } from "../ui/beginning.ts";
import { ResourceView } from "../ui/resource-view.tsx";
import { useResource } from "../ui/use-resource.ts";

/** So many fields and characters of a field are shown; a header may have 1 MB. */
const [mostFields, mostCharacters] = [500, 5_000];

/** All header fields of a mail. */
export function HeadersTab({ message }: { message: Message }) {
  const filter = useSignal("");
  const headers = useResource(message.ID, (signal) => readHeaders(message.ID, signal));
  return (
    <ResourceView resource={headers}>
      {(value) => {
        const wanted = filter.value.toLowerCase();
        const all = Object.entries(value)
          .flatMap(([name, values]) => values.map((each) => ({ name, value: each })))
          .filter((field) => `${field.name}: ${field.value}`.toLowerCase().includes(wanted));
        return (
          <>
            <div class="panel-bar">
              <input
                type="search"
                aria-label="Filter the header fields"
                placeholder="Filter"
                value={filter.value}
                onInput={(event) => {
                  filter.value = event.currentTarget.value;
                }}
              />
              <span class="quiet">{all.length} fields</span>
            </div>
            <table class="fields">
              <thead class="unseen">
                <tr>
                  <th scope="col">Field</th>
                  <th scope="col">Value</th>
                </tr>
              </thead>
              <tbody>
                {all.slice(0, mostFields).map((field, index) => (
                  <tr key={index}>
                    <th scope="row">{field.name}</th>
                    <td>{beginningOf(field.value, mostCharacters)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        );
      }}
    </ResourceView>
  );
}
