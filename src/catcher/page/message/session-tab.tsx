import { readSession } from "../api/lab.ts";
import type { Message } from "../api/mailpit.ts";
import { ConnectionDetails } from "../connections/connection-details.tsx";
import { ResourceView } from "../ui/resource-view.tsx";
import { useResource } from "../ui/use-resource.ts";

/** The connection over which a mail came: envelope, findings against the client, transcript. */
export function SessionTab({ message }: { message: Message }) {
  const session = useResource(message.ID, (signal) => readSession(message.ID, signal));
  return (
    <ResourceView resource={session}>
      {({ envelope, connection }) => (
        <>
          <h2>Envelope</h2>
          <dl class="facts">
            <div>
              <dt>From</dt>
              <dd>
                <code>{envelope.from === "" ? "<> (the null sender)" : envelope.from}</code>
              </dd>
            </div>
            <div>
              <dt>To</dt>
              <dd>
                {envelope.to.slice(0, 50).map((each) => (
                  <code key={each}>{each}</code>
                ))}
                {envelope.to.length > 50 ? (
                  <span class="quiet">and {(envelope.to.length - 50).toLocaleString()} more</span>
                ) : null}
              </dd>
            </div>
          </dl>
          {connection === undefined ? (
            <p class="nothing">This mail did not come over SMTP, or its connection is no longer kept.</p>
          ) : (
            <ConnectionDetails connection={connection} />
          )}
        </>
      )}
    </ResourceView>
  );
}
