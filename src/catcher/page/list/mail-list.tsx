import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { loaded, rows, show } from "../state/mail-list.ts";
import { openId, query, route } from "../state/route.ts";
import { IconButton } from "../ui/button.tsx";
import { EmptyList } from "./empty-list.tsx";
import { ListBar } from "./list-bar.tsx";
import { MailRow } from "./mail-row.tsx";
import { SearchBox } from "./search-box.tsx";
import { useWindow } from "./use-window.ts";

/** The height of a row in pixels; `.row` has the same. */
const rowHeight = 78;

/** The list of mails. Only the rows that can be seen are in the document. */
export function MailList() {
  const { scroller, window } = useWindow(rowHeight);
  const { all } = rows.value;
  useEffect(() => show(window.from, window.to), [window, query.value]);
  const fresh = useKeptPlace(scroller);
  useOpenRowInView(scroller);

  const to = Math.min(window.to, all.length);
  const drawn = Array.from({ length: Math.max(0, to - window.from) }, (_, i) => window.from + i);
  // The open row keeps the focus when it is scrolled out of sight.
  const open = openId.value === undefined ? -1 : rows.value.indexOf(openId.value);
  if (open !== -1 && (open < window.from || open >= to)) drawn.push(open);

  return (
    <section class="list" aria-label="Mails">
      {route.value.view.name === "list" ? (
        <h1 class="unseen">{query.value === "" ? "All mail" : `Mails for ${query.value}`}</h1>
      ) : null}
      <SearchBox />
      <ListBar />
      <div class="scroller" ref={scroller} data-testid="scroller">
        {loaded.value && all.length === 0 ? <EmptyList /> : null}
        {all.length === 0 ? null : (
          // biome-ignore lint/a11y/noRedundantRoles: without markers, Safari forgets that it is a list
          <ol role="list" class="rows" style={{ height: `${all.length * rowHeight}px` }}>
            {drawn.map((index) => (
              <MailRow
                key={all[index]?.ID ?? index}
                mail={all[index]}
                index={index}
                count={all.length}
                top={index * rowHeight}
              />
            ))}
          </ol>
        )}
      </div>
      {fresh.value === 0 ? null : (
        <div class="fresh">
          <button type="button" class="button primary" onClick={() => scroller.current?.scrollTo({ top: 0 })}>
            {fresh.value === 1 ? "1 new mail" : `${fresh.value} new mails`} above
          </button>
          <IconButton
            icon="close"
            label="Hide this"
            onClick={() => {
              fresh.value = 0;
            }}
          />
        </div>
      )}
    </section>
  );
}

/**
 * Keeps what somebody looks at in its place if new mails come above it.
 *
 * @returns how many mails came since
 */
function useKeptPlace(scroller: { readonly current: HTMLDivElement | null }) {
  const first = useRef<string | undefined>(undefined);
  const fresh = useSignal(0);
  const { value } = rows;
  useLayoutEffect(() => {
    const element = scroller.current;
    const before = first.current;
    first.current = value.all[0]?.ID;
    if (element === null || before === undefined || before === first.current) return;
    const added = value.indexOf(before);
    if (added <= 0 || element.scrollTop < rowHeight / 2) return;
    element.scrollTop += added * rowHeight;
    fresh.value += added;
  }, [value]);
  useEffect(() => {
    const element = scroller.current;
    const reset = () => {
      if (element !== null && element.scrollTop < rowHeight) fresh.value = 0;
    };
    element?.addEventListener("scroll", reset, { passive: true });
    return () => element?.removeEventListener("scroll", reset);
  }, []);
  return fresh;
}

/** Scrolls to the open mail when another one is opened, if it cannot be seen. */
function useOpenRowInView(scroller: { readonly current: HTMLDivElement | null }): void {
  const id = openId.value;
  const ready = loaded.value;
  useLayoutEffect(() => {
    const element = scroller.current;
    const index = id === undefined ? -1 : rows.peek().indexOf(id);
    if (element === null || index === -1) return;
    const [top, bottom] = [index * rowHeight, (index + 1) * rowHeight];
    if (top < element.scrollTop) element.scrollTop = top;
    else if (bottom > element.scrollTop + element.clientHeight)
      element.scrollTop = bottom - element.clientHeight;
  }, [id, ready]);
}
