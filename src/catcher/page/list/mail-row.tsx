import { memo } from "preact/compat";
import type { Summary } from "../api/mailpit.ts";
import { formatRoute, openId, route } from "../state/route.ts";
import { open, tick, ticked } from "../state/selection.ts";
import { shortName, shortNames } from "../ui/address.ts";
import { clipped } from "../ui/clipped.ts";
import { Icon } from "../ui/icon.tsx";
import { shortTime } from "../ui/time.ts";

/** A row shows no more characters than these. */
const longest = 300;

interface Props {
  /** The mail; undefined if it is not loaded yet. */
  readonly mail: Summary | undefined;
  readonly index: number;
  readonly count: number;
  /** The distance from the top of the list, in pixels. */
  readonly top: number;
}

/** A mail in the list: a link to it, with a box to tick. */
export function MailRow({ mail, index, count, top }: Props) {
  const style = { transform: `translateY(${top}px)` };
  if (mail === undefined) return <li class="row ghost" style={style} aria-hidden="true" />;
  const isOpen = openId.value === mail.ID;
  const isTicked = ticked.value.has(mail.ID);
  const states = [mail.Read ? "" : "unread", isOpen ? "open" : "", isTicked ? "ticked" : ""];
  return (
    <li class={`row ${states.join(" ")}`} style={style} aria-setsize={count} aria-posinset={index + 1}>
      <label class="tick">
        <input
          type="checkbox"
          checked={isTicked}
          aria-label={`Select the mail ${clipped(mail.Subject, longest) || "without a subject"}`}
          onClick={(event) => tick(mail.ID, event.shiftKey)}
        />
      </label>
      <Link mail={mail} current={isOpen} />
    </li>
  );
}

function Link({ mail, current }: { mail: Summary; current: boolean }) {
  const { query, view } = route.value;
  const tab = view.name === "message" ? view.tab : "preview";
  return (
    <a
      class="row-link"
      href={formatRoute({ query, view: { name: "message", id: mail.ID, tab } })}
      aria-current={current ? "true" : undefined}
      data-id={mail.ID}
      onClick={(event) => {
        // Other clicks open a tab or a window of the browser.
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        open(mail.ID);
      }}
    >
      <Content {...mail} />
    </a>
  );
}

/** Most rows do not change when one of them does. */
const Content = memo(function Content(mail: Summary) {
  return (
    <>
      {mail.Read ? null : <span class="unseen">Unread. </span>}
      <span class="sender">{clipped(shortName(mail.From), longest) || "(no sender)"}</span>
      <span class="time">{shortTime(mail.Created)}</span>
      <span class="subject">{clipped(mail.Subject, longest) || "(no subject)"}</span>
      <span class="marks">
        {(mail.Tags ?? []).slice(0, 5).map((tag) => (
          <span key={tag} class="tag">
            {tag}
          </span>
        ))}
        {mail.Attachments === 0 ? null : (
          <>
            <Icon name="attachment" />
            <span class="unseen">{mail.Attachments} attachments</span>
          </>
        )}
      </span>
      <span class="snippet">
        <span class="recipients">
          to {shortNames(mail.To) || shortNames(mail.Cc) || shortNames(mail.Bcc) || "nobody"}
        </span>
        {mail.Snippet}
      </span>
    </>
  );
});
