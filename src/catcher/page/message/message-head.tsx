import { address } from "../api/http.ts";
import { type MailAddress, type Message, messagePath } from "../api/mailpit.ts";
import { relay } from "../state/facts.ts";
import { openOverlay } from "../state/overlay.ts";
import { go } from "../state/route.ts";
import { close, deleteChosen, markChosen, move } from "../state/selection.ts";
import { fullName } from "../ui/address.ts";
import { IconButton } from "../ui/button.tsx";
import { clipped } from "../ui/clipped.ts";
import { Icon } from "../ui/icon.tsx";
import { formatSize } from "../ui/size.ts";
import { longTime } from "../ui/time.ts";

/** Subject, people and date of a mail, and what can be done with it. */
export function MessageHead({ message }: { message: Message }) {
  return (
    <header class="message-head">
      <div class="actions" role="toolbar" aria-label="This mail">
        <IconButton
          icon="back"
          label="Back to the list"
          class="only-narrow"
          shortcut="Escape"
          onClick={close}
        />
        <IconButton
          icon="unread"
          label="Mark as unread"
          shortcut="u"
          onClick={() => void markChosen(false)}
        />
        <IconButton icon="tag" label="Tags" shortcut="l" onClick={() => openOverlay("tags")} />
        <a
          class="icon-button"
          href={address(messagePath(message.ID, "/raw"))}
          download={`${message.ID}.eml`}
          aria-label="Download as .eml"
          title="Download as .eml"
        >
          <Icon name="download" />
        </a>
        {relay.value === undefined ? null : (
          <IconButton icon="send" label="Release through the relay" onClick={() => openOverlay("release")} />
        )}
        <IconButton icon="trash" label="Delete this mail" shortcut="#" onClick={deleteChosen} />
        <span class="spring" />
        <IconButton icon="back" label="Newer mail" shortcut="k" onClick={() => move(-1)} />
        <IconButton icon="next" label="Older mail" shortcut="j" onClick={() => move(1)} />
        <IconButton icon="close" label="Close" class="only-wide" shortcut="Escape" onClick={close} />
      </div>
      <h1>{clipped(message.Subject, 2_000) || "(no subject)"}</h1>
      <dl class="people">
        <People name="From" all={message.From === null ? [] : [message.From]} />
        <People name="To" all={message.To} />
        <People name="Cc" all={message.Cc} />
        <People name="Bcc" all={message.Bcc} />
        <People name="Reply to" all={message.ReplyTo} />
        <div>
          <dt>Date</dt>
          <dd>
            <time dateTime={message.Date}>{longTime(message.Date)}</time>
            <span class="quiet"> · {formatSize(message.Size)}</span>
            {message.Username === undefined || message.Username === "" ? null : (
              <span class="quiet"> · logged in as {message.Username}</span>
            )}
          </dd>
        </div>
      </dl>
      <Tags tags={message.Tags ?? []} />
    </header>
  );
}

/** So many recipients are shown at once; a mail may have 100,000. */
const most = 20;

function People({ name, all }: { name: string; all: readonly MailAddress[] | null }) {
  if (all === null || all.length === 0) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {all.slice(0, most).map((each, index) => (
          <span key={index} class="mailbox" title={fullName(each)}>
            {each.Name === "" ? each.Address : each.Name}
            {each.Name === "" ? null : <span class="quiet"> {each.Address}</span>}
          </span>
        ))}
        {all.length > most ? (
          <span class="quiet">and {(all.length - most).toLocaleString()} more</span>
        ) : null}
      </dd>
    </div>
  );
}

function Tags({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return null;
  return (
    <div class="tags">
      {tags.map((tag) => (
        <button
          key={tag}
          type="button"
          class="tag"
          title={`Show mails with the tag ${tag}`}
          onClick={() => go({ query: `tag:${JSON.stringify(tag)}` })}
        >
          {tag}
        </button>
      ))}
    </div>
  );
}
