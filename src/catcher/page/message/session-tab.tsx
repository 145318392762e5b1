import { readSession } from "../api/lab.ts";
import type { Message } from "../api/mailpit.ts";
import { ConnectionDetails } from "../connections/connection-details.tsx";
import { ResourceView } from "../ui/resource-view.tsx";
import { useResource } from "../ui/use-resource.ts";

/** So many recipients are shown: a mail may have 100,000. */
const most = 50;

/** The connection over which a mail came: envelope, findings against the client, transcript. */
export function SessionTab({ message }: { message: Message }) {
  const session = useResource(message.ID, (signal) => readSession(message.ID, signal));
  return (
    <ResourceView resource={session}>
      {({ envelope: { from, to }, transcript, findings }) => (
        <>
          <h2>Envelope</h2>
          <dl class="facts">
            <div>
              <dt>From</dt>
              <dd>
                <code>{from === "" ? "<> (the null sender)" : from}</code>
              </dd>
            </div>
            <div>
              <dt>To</dt>
              <dd>
                {to.slice(0, most).map((each) => (
                  <code key={each}>{each}</code>
                ))}
                {to.length > most ? (
                  <span class="quiet">and {(to.length - most).toLocaleString()} more</span>
                ) : null}
              </dd>
            </div>
          </dl>
          {transcript === undefined ? (
            <p class="nothing">
              This mail did not come over SMTP, or came before the catcher was started again.
            </p>
          ) : (
            <ConnectionDetails transcript={transcript} findings={findings} />
          )}
        </>
      )}
    </ResourceView>
  );
}
