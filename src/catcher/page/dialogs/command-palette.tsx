import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Command, commands } from "../state/commands.ts";
import { mailboxes, mailboxQuery } from "../state/mailboxes.ts";
import { closeOverlay } from "../state/overlay.ts";
import { go } from "../state/route.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Keys } from "./keys.tsx";

/** All commands and mailboxes, found by typing. */
export function CommandPalette() {
  const text = useSignal("");
  const at = useSignal(0);
  const list = useRef<HTMLDivElement>(null);
  const found = useComputed(() => find(text.value));
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [at.value]);
  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    closeOverlay();
    command.run();
  };
  return (
    <Dialog title="All commands" class="palette" onClose={closeOverlay}>
      <input
        type="text"
        role="combobox"
        aria-label="Find a command"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found.value.length === 0 ? undefined : `palette-${at.value}`}
        placeholder="Find a command or a mailbox"
        autocomplete="off"
        spellcheck={false}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={(event) => {
          const { length } = found.value;
          if (event.key === "ArrowDown") at.value = (at.value + 1) % Math.max(1, length);
          else if (event.key === "ArrowUp") at.value = (at.value + length - 1) % Math.max(1, length);
          else if (event.key === "Enter") run(found.value[at.value]);
          else return;
          event.preventDefault();
        }}
        autoFocus
      />
      <div id="palette-list" role="listbox" aria-label="Commands" ref={list}>
        {found.value.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the combobox
          <div
            key={`${command.group} ${command.name}`}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === at.value}
            tabIndex={-1}
            onClick={() => run(command)}
            onMouseMove={() => {
              at.value = index;
            }}
          >
            <span class="quiet">{command.group}</span>
            <span class="name">{command.name}</span>
            <Keys keys={command.keys} />
          </div>
        ))}
      </div>
      {found.value.length === 0 ? <p class="nothing">Nothing has that name.</p> : null}
    </Dialog>
  );
}

function find(text: string): readonly Command[] {
  const words = text.toLowerCase().split(/\s+/);
  return [...commands, ...mailboxCommands()]
    .filter(({ hidden = false, possible }) => !hidden && possible?.() !== false)
    .filter(({ keys }) => !keys.includes("Control+k"))
    .filter(({ name, group }) => words.every((word) => `${group} ${name}`.toLowerCase().includes(word)))
    .slice(0, 50);
}

function mailboxCommands(): readonly Command[] {
  return mailboxes.peek().map((mailbox) => ({
    name: mailbox.id,
    keys: [],
    group: "Go to",
    run: () => go({ query: mailboxQuery(mailbox), view: { name: "list" } }),
  }));
}
