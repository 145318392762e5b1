import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { openOverlay } from "../state/overlay.ts";
import { go, query } from "../state/route.ts";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";

/** How long to wait for the next letter before searching, in ms. */
const pause = 250;

/** The search. Its text is the query of the address. */
export function SearchBox() {
  const text = useSignal(query.peek());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);
  useSignalEffect(() => {
    const value = query.value;
    // What is being typed is newer than the address.
    if (document.activeElement !== input.current || text.peek().trim() !== value) text.value = value;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = () => {
    clearTimeout(timer.current);
    const next = text.peek().trim();
    // A search is one step for Back, however many letters it has.
    if (next !== query.peek()) go({ query: next }, query.peek() !== "" && next !== "");
  };
  const clear = () => {
    text.value = "";
    search();
    input.current?.focus();
  };
  return (
    <search class="search">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          search();
        }}
      >
        <Icon name="search" />
        <input
          ref={input}
          id="search"
          type="search"
          aria-label="Search mails"
          aria-keyshortcuts="/"
          placeholder="Search, such as to:anna is:unread"
          autocomplete="off"
          spellcheck={false}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
            clearTimeout(timer.current);
            timer.current = setTimeout(search, pause);
          }}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.stopPropagation();
            if (text.value === "") input.current?.blur();
            else clear();
          }}
        />
        {text.value === "" ? null : <IconButton icon="close" label="Clear the search" onClick={clear} />}
        <IconButton
          icon="question"
          label="What a search can say"
          onClick={() => openOverlay("search-help")}
        />
      </form>
    </search>
  );
}
