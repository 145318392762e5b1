import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Connection, readConnections, readFindings, readTranscript } from "../api/lab.ts";
import { formatRoute, query } from "../state/route.ts";
import { close } from "../state/selection.ts";
import { IconButton } from "../ui/button.tsx";
import { ResourceView } from "../ui/resource-view.tsx";
import { shortTime } from "../ui/time.ts";
import { useKeptResource } from "../ui/use-kept-resource.ts";
import { useResource } from "../ui/use-resource.ts";
import { ConnectionDetails } from "./connection-details.tsx";

/** How often the list of connections is read again while it is open, in ms. */
const pause = 2_000;

/** The connections of clients, also those that brought no mail: that is where refused mails are seen. */
export function ConnectionsView({ connection }: { connection: string | undefined }) {
  return (
    <section class="pane" aria-labelledby="connections-title">
      <header class="pane-head">
        <h1 id="connections-title">Connections</h1>
        <p class="quiet">What clients said to the server, also if no mail came of it.</p>
        <IconButton icon="close" label="Close" shortcut="Escape" onClick={close} />
      </header>
      {connection === undefined ? <All /> : <One id={connection} />}
    </section>
  );
}

async function readAll(signal: AbortSignal) {
  const [connections, findings] = await Promise.all([
    readConnections(signal),
    readFindings(undefined, signal),
  ]);
  const counts = new Map<string, number>();
  for (const { session } of findings) counts.set(session.id, (counts.get(session.id) ?? 0) + 1);
  return { connections, counts };
}

function All() {
  const turn = useSignal(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) turn.value++;
    }, pause);
    return () => clearInterval(timer);
  }, []);
  const all = useKeptResource(String(turn.value), readAll);
  return (
    <ResourceView resource={all}>
      {({ connections, counts }) =>
        connections.length === 0 ? (
          <p class="nothing">No client has connected yet.</p>
        ) : (
          <table class="connections">
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Client</th>
                <th scope="col">Login</th>
                <th scope="col">TLS</th>
                <th scope="col">Findings</th>
              </tr>
            </thead>
            <tbody>
              {connections.map((each) => (
                <Row key={each.id} connection={each} findings={counts.get(each.id) ?? 0} />
              ))}
            </tbody>
          </table>
        )
      }
    </ResourceView>
  );
}

function Row({ connection, findings }: { connection: Connection; findings: number }) {
  const { id, connectedAt, address, hello, user, tls, closed } = connection;
  const view = { name: "connections", connection: id } as const;
  return (
    <tr>
      <td>{shortTime(connectedAt)}</td>
      <td>
        <a href={formatRoute({ query: query.value, view })}>{hello ?? address}</a>{" "}
        {hello === undefined ? null : <span class="quiet">{address}</span>}{" "}
        {closed ? null : <span class="badge">open</span>}
      </td>
      <td>{user}</td>
      <td>{tls}</td>
      <td>{findings === 0 ? null : <span class="badge bad">{findings}</span>}</td>
    </tr>
  );
}

async function readOne(id: string, signal: AbortSignal) {
  const [transcript, findings] = await Promise.all([readTranscript(id, signal), readFindings(id, signal)]);
  return { transcript, findings };
}

function One({ id }: { id: string }) {
  const one = useResource(id, (signal) => readOne(id, signal));
  return (
    <>
      <p class="way-back">
        <a href={formatRoute({ query: query.value, view: { name: "connections" } })}>All connections</a>
      </p>
      <ResourceView resource={one}>{(value) => <ConnectionDetails {...value} />}</ResourceView>
    </>
  );
}
