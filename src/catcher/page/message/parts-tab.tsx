import { address } from "../api/http.ts";
import { type MimePart, partAddress, readParts } from "../api/lab.ts";
import type { Attachment, Message } from "../api/mailpit.ts";
import { messagePath } from "../api/mailpit.ts";
import { Icon } from "../ui/icon.tsx";
import { ResourceView } from "../ui/resource-view.tsx";
import { formatSize } from "../ui/size.ts";
import { useResource } from "../ui/use-resource.ts";

/** The MIME tree of a mail, and its attachments. */
export function PartsTab({ message }: { message: Message }) {
  const tree = useResource(message.ID, (signal) => readParts(message.ID, signal));
  return (
    <>
      <Attachments title="Attachments" all={message.Attachments ?? []} id={message.ID} />
      <Attachments title="Inline" all={message.Inline ?? []} id={message.ID} />
      <h2>MIME tree</h2>
      <ResourceView resource={tree}>
        {(part) => <Tree part={part} id={message.ID} budget={{ left: most }} />}
      </ResourceView>
    </>
  );
}

function Attachments({ title, all, id }: { title: string; all: readonly Attachment[]; id: string }) {
  if (all.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul class="attachments">
        {all.slice(0, most).map((each) => (
          <li key={each.PartID}>
            <a
              class="attachment"
              href={attachmentAddress(id, each.PartID)}
              download={each.FileName || each.PartID}
            >
              <Icon name={each.ContentType.startsWith("image/") ? "image" : "attachment"} />
              <span class="name">{each.FileName || "(no name)"}</span>
              <span class="quiet">
                {each.ContentType} · {formatSize(each.Size)}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** So many parts are shown: a mail may have 10,000, each within another. */
const most = 300;
/** Deeper parts are not drawn further to the right. */
const deepest = 12;

function Tree({ part, id, budget }: { part: MimePart; id: string; budget: { left: number } }) {
  const lines = [...linesOf(part, 0, budget)];
  return (
    <>
      <ul class="tree">
        {lines.map(({ part: each, depth }, index) => (
          <li key={index} class={`depth-${Math.min(depth, deepest)}`}>
            <code>{each.type}</code>
            {each.name === undefined ? null : <span class="name">{each.name}</span>}
            <span class="quiet">{facts(each)}</span>
            {each.parts === undefined ? (
              <a class="quiet" href={partAddress(id, each.id)} download={each.name ?? `part-${each.id}`}>
                Download
              </a>
            ) : null}
          </li>
        ))}
      </ul>
      {budget.left <= 0 ? <p class="quiet">Only the first {most} parts are shown.</p> : null}
    </>
  );
}

function facts({ charset, encoding, disposition, size, parts }: MimePart): string {
  const shown = parts === undefined ? formatSize(size) : undefined;
  return [charset, encoding, disposition, shown].filter((fact) => fact !== undefined).join(" · ");
}

/** The parts from the top, without recursion: a mail decides how deep they are. */
function* linesOf(root: MimePart, depth: number, budget: { left: number }) {
  const stack = [{ part: root, depth }];
  for (let next = stack.pop(); next !== undefined && budget.left-- > 0; next = stack.pop()) {
    yield next;
    const { depth: above } = next;
    stack.push(...(next.part.parts ?? []).map((part) => ({ part, depth: above + 1 })).reverse());
  }
}

function attachmentAddress(id: string, part: string): string {
  return address(messagePath(id, `/part/${encodeURIComponent(part)}`));
}
