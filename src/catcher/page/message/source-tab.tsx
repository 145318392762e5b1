import { useSignal } from "@preact/signals";
import { address } from "../api/http.ts";
import { type Message, messagePath, readSource } from "../api/mailpit.ts";
import { beginningOf } from "../ui/beginning.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Icon } from "../ui/icon.tsx";
import { ResourceView } from "../ui/resource-view.tsx";
import { formatSize } from "../ui/size.ts";
import { useResource } from "../ui/use-resource.ts";

/** A source above this number of bytes is shown in part, until somebody asks for all of it. */
const most = 500_000;

/** The mail as it came. */
export function SourceTab({ message }: { message: Message }) {
  const whole = useSignal(false);
  const source = useResource(message.ID, (signal) => readSource(message.ID, signal));
  return (
    <ResourceView resource={source}>
      {(text) => {
        const shown = whole.value ? text : beginningOf(text, most);
        return (
          <>
            <div class="panel-bar">
              <span class="quiet">{formatSize(message.Size)}</span>
              <span class="spring" />
              <CopyButton text={text} what="the source" label="Copy" />
              <a
                class="button plain"
                href={address(messagePath(message.ID, "/raw"))}
                download={`${message.ID}.eml`}
              >
                <Icon name="download" />
                <span>.eml</span>
              </a>
            </div>
            <pre class="source">{coloured(shown)}</pre>
            {shown.length < text.length ? (
              <Button
                onClick={() => {
                  whole.value = true;
                }}
              >
                Show the other {formatSize(text.length - most)}
              </Button>
            ) : null}
          </>
        );
      }}
    </ResourceView>
  );
}

/** The names of header fields stand out. */
function coloured(source: string) {
  const end = source.search(/\r?\n\r?\n/);
  const head = end === -1 ? source : source.slice(0, end);
  // A header of this size is no longer read by people.
  if (head.length > 100_000) return source;
  const lines = head.split(/(^[!-9;-~]+:)/m);
  return [
    ...lines.map((piece, index) => (index % 2 === 0 ? piece : <b key={index}>{piece}</b>)),
    source.slice(head.length),
  ];
}
