import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { readConnections, type SmtpConnection } from "../api/lab.ts";
import { formatRoute, go, query } from "../state/route.ts";
import { close } from "../state/selection.ts";
import { IconButton } from "../ui/button.tsx";
import { ResourceView } from "../ui/resource-view.tsx";
import { useResource } from "../ui/use-resource.ts";
import { ConnectionDetails } from "./connection-details.tsx";

/** How often the list of connections is read again while it is open, in ms. */
const pause = 2_000;

/** The connections of clients, also those that brought no mail: that is where refused mails are seen. */
export function ConnectionsView({ connection }: { connection: number | undefined }) {
  const turn = useSignal(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) turn.value++;
    }, pause);
    return () => clearInterval(timer);
  }, []);
  return (
    <section class="pane" aria-labelledby="connections-title">
      <header class="pane-head">
        <h1 id="connections-title">Connections</h1>
        <p class="quiet">What clients said to the server, also if no mail came of it.</p>
        <IconButton icon="close" label="Close" shortcut="Escape" onClick={close} />
      </header>
      {connection === undefined ? <All turn={turn.value} /> : <One number={connection} />}
    </section>
  );
}

function All({ turn }: { turn: number }) {
  const kept = useSignal<readonly SmtpConnection[] | undefined>(undefined);
  const connections = useResource(String(turn), readConnections);
  useEffect(() => {
    if (connections.state === "ready") kept.value = connections.value;
  }, [connections]);
  // The list before stays until the next one is there.
  const shown =
    connections.state === "loading" && kept.value !== undefined
      ? ({ state: "ready", value: kept.value } as const)
      : connections;
  return (
    <ResourceView resource={shown}>
      {(all) =>
        all.length === 0 ? (
          <p class="nothing">No client has connected yet.</p>
        ) : (
          <table class="connections">
            <thead>
              <tr>
                <th scope="col">No.</th>
                <th scope="col">Client</th>
                <th scope="col">Ended with</th>
                <th scope="col">Mails</th>
                <th scope="col">Findings</th>
              </tr>
            </thead>
            <tbody>
              {all.map((each) => (
                <Row key={each.connection} {...each} />
              ))}
            </tbody>
          </table>
        )
      }
    </ResourceView>
  );
}

function Row({ connection, client, lines, findings, mails, closed }: SmtpConnection) {
  const last = lines.filter(({ from }) => from === "server").at(-1)?.text ?? "";
  const view = { name: "connections", connection } as const;
  return (
    <tr>
      <td>
        <a href={formatRoute({ query: query.value, view })}>{connection}</a>
      </td>
      <td>{client}</td>
      <td class={/^[45]/.test(last) ? "bad" : ""}>
        {closed ? null : <span class="badge">open</span>} {last.slice(0, 120)}
      </td>
      <td>{mails.length}</td>
      <td>{findings.length === 0 ? "" : <span class="badge bad">{findings.length}</span>}</td>
    </tr>
  );
}

function One({ number }: { number: number }) {
  const connections = useResource(String(number), readConnections);
  return (
    <ResourceView resource={connections}>
      {(all) => {
        const found = all.find(({ connection }) => connection === number);
        return (
          <>
            <p>
              <a href={formatRoute({ query: query.value, view: { name: "connections" } })}>All connections</a>
            </p>
            {found === undefined ? (
              <p class="nothing">Connection {number} is no longer kept.</p>
            ) : (
              <>
                <h2>
                  Connection {number}, {found.client}
                </h2>
                {found.mails.length === 0 ? null : (
                  <ul class="connection-mails">
                    {found.mails.map((id) => (
                      <li key={id}>
                        <button
                          type="button"
                          class="button plain"
                          onClick={() => go({ view: { name: "message", id, tab: "session" } })}
                        >
                          Show mail {id}
                        </button>
                      </li>
                    ))}
                  </ul>
                )}
                <ConnectionDetails connection={found} />
              </>
            )}
          </>
        );
      }}
    </ResourceView>
  );
}
