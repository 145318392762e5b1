import { useSignal } from "@preact/signals";
import type { Mailbox } from "../api/lab.ts";
import { connection } from "../state/connection.ts";
import { faults } from "../state/faults.ts";
import { tags, total, unread } from "../state/mail-list.ts";
import { mailboxes, mailboxName, mailboxQuery } from "../state/mailboxes.ts";
import { closeOverlay, openOverlay, overlay } from "../state/overlay.ts";
import { formatRoute, type Route, route } from "../state/route.ts";
import { nextTheme, set, settings, toggleNotifications } from "../state/settings.ts";
import { IconButton } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";

/** The way to all lists and views. */
export function Sidebar() {
  return (
    <nav class={`sidebar ${overlay.value === "menu" ? "open" : ""}`} aria-label="Mailboxes">
      <div class="brand">
        <img src="./icon.svg" alt="" width="26" height="26" />
        <span>envoi</span>
        <span class="spring" />
        <IconButton icon="close" label="Close the menu" class="only-menu" onClick={closeOverlay} />
      </div>
      <ul>
        <Item icon="inbox" name="All mail" query="" count={total.value} />
        <Item icon="unread" name="Unread" query="is:unread" count={unread.value} strong />
      </ul>
      <Group icon="person" title="Recipients" all={ofKind("recipient")} />
      <Group icon="globe" title="Domains" all={ofKind("domain")} />
      <Group icon="key" title="Logins" all={ofKind("login")} />
      <Group
        icon="tag"
        title="Tags"
        all={tags.value.map((name) => ({ name, query: `tag:${JSON.stringify(name)}` }))}
      />
      <span class="spring" />
      <ul>
        <Place icon="wave" name="Connections" view={{ name: "connections" }} />
        <Place
          icon="bug"
          name="Faults"
          view={{ name: "faults" }}
          count={faults.value.filter(({ on }) => on).length}
        />
      </ul>
      <Foot />
    </nav>
  );
}

function ofKind(kind: Mailbox["kind"]) {
  return mailboxes.value
    .filter((mailbox) => mailbox.kind === kind)
    .map((mailbox) => ({ ...mailbox, name: mailboxName(mailbox), query: mailboxQuery(mailbox) }));
}

/** So many mailboxes of a kind are shown, until somebody asks for all. */
const most = 8;

function Group(props: {
  readonly icon: IconName;
  readonly title: string;
  readonly all: readonly {
    readonly name: string;
    readonly query: string;
    readonly count?: number;
    readonly unread?: number;
  }[];
}) {
  const { icon, title, all } = props;
  const whole = useSignal(false);
  if (all.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {all.slice(0, whole.value ? 1_000 : most).map(({ name, query, count, unread: fresh }) => (
          <Item
            key={name}
            icon={icon}
            name={name}
            query={query}
            count={fresh || count}
            strong={(fresh ?? 0) > 0}
          />
        ))}
      </ul>
      {all.length <= most ? null : (
        <button
          type="button"
          class="more"
          aria-expanded={whole.value}
          onClick={() => {
            whole.value = !whole.value;
          }}
        >
          {whole.value ? "Show fewer" : `Show all ${all.length}`}
        </button>
      )}
    </section>
  );
}

function Item(props: {
  readonly icon: IconName;
  readonly name: string;
  readonly query: string;
  readonly count?: number | undefined;
  readonly strong?: boolean;
}) {
  const { icon, name, query, count, strong = false } = props;
  const current = route.value.query === query && !["connections", "faults"].includes(route.value.view.name);
  return (
    <Entry
      icon={icon}
      name={name}
      href={formatRoute({ query, view: { name: "list" } })}
      current={current}
      count={count}
      strong={strong}
    />
  );
}

function Place(props: {
  readonly icon: IconName;
  readonly name: string;
  readonly view: Route["view"];
  readonly count?: number;
}) {
  const { query, view } = route.value;
  return (
    <Entry
      icon={props.icon}
      name={props.name}
      href={formatRoute({ query, view: props.view })}
      current={view.name === props.view.name}
      count={props.count}
      strong
    />
  );
}

function Entry(props: {
  readonly icon: IconName;
  readonly name: string;
  readonly href: string;
  readonly current: boolean;
  readonly count?: number | undefined;
  readonly strong: boolean;
}) {
  const { icon, name, href, current, count = 0, strong } = props;
  return (
    <li>
      <a href={href} aria-current={current ? "page" : undefined} title={name} onClick={closeOverlay}>
        <Icon name={icon} />
        <span class="name">{name}</span>
        {count === 0 ? null : <span class={strong ? "count strong" : "count"}>{count.toLocaleString()}</span>}
      </a>
    </li>
  );
}

const themeIcons = { system: "contrast", light: "sun", dark: "moon" } as const;

function Foot() {
  const { theme, notifications } = settings.value;
  const { state } = connection.value;
  return (
    <div class="foot">
      <span class={`state ${state}`}>
        {state === "open" ? "Live" : state === "lost" ? "Connection lost" : "Connecting…"}
      </span>
      <span class="spring" />
      {typeof Notification === "undefined" ? null : (
        <IconButton
          icon="bell"
          label="Notify me of new mail"
          pressed={notifications}
          onClick={() => void toggleNotifications()}
        />
      )}
      <IconButton
        icon={themeIcons[theme]}
        label={`Colours: ${theme}. Change to ${nextTheme[theme]}`}
        onClick={() => set({ theme: nextTheme[theme] })}
      />
      <IconButton
        icon="keyboard"
        label="Keyboard shortcuts"
        shortcut="?"
        onClick={() => openOverlay("shortcuts")}
      />
    </div>
  );
}
