import { readExtract } from "../api/lab.ts";
import type { Message } from "../api/mailpit.ts";
import { beginningOf } from "../ui/beginning.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { ResourceView } from "../ui/resource-view.tsx";
import { useResource } from "../ui/use-resource.ts";

/** The links and the codes of a mail, to copy. */
export function LinksTab({ message }: { message: Message }) {
  const extract = useResource(message.ID, (signal) => readExtract(message.ID, signal));
  return (
    <ResourceView resource={extract}>
      {({ codes, links, unsubscribe }) => (
        <>
          <h2>Codes</h2>
          {codes.length === 0 ? <p class="nothing">No code was found.</p> : null}
          <ul class="codes">
            {codes.map(({ code, line }) => (
              <li key={code} title={line}>
                <output>{code}</output>
                <CopyButton text={code} what={`the code ${code}`} />
              </li>
            ))}
          </ul>
          <h2>Links</h2>
          {links.length === 0 ? <p class="nothing">No link was found.</p> : null}
          <ul class="links">
            {links.map(({ url, text }) => (
              <li key={url}>
                <div>
                  {text === "" || text === url ? null : <span class="link-text">{text}</span>}
                  <a href={url} target="_blank" rel="noopener noreferrer">
                    {url}
                  </a>
                </div>
                <CopyButton text={url} what={`the link ${beginningOf(url, 80)}`} />
              </li>
            ))}
          </ul>
          {unsubscribe?.link === undefined ? null : (
            <p class="quiet">
              To unsubscribe{unsubscribe.oneClick ? " with one click" : ""}: <code>{unsubscribe.link}</code>
            </p>
          )}
        </>
      )}
    </ResourceView>
  );
}
