import { loaded, rows } from "../state/mail-list.ts";
import { openOverlay } from "../state/overlay.ts";
import { query } from "../state/route.ts";
import { deleteChosen, markAllRead, markChosen, tickAll, ticked } from "../state/selection.ts";
import { IconButton } from "../ui/button.tsx";

/** How many mails are listed, and what can be done with all of them or with those that are ticked. */
export function ListBar() {
  const count = rows.value.length;
  const chosen = ticked.value.size;
  return (
    <div class="list-bar">
      <label class="tick">
        <input
          type="checkbox"
          aria-label="Select all mails"
          disabled={count === 0}
          checked={chosen > 0}
          ref={(element) => {
            if (element !== null) element.indeterminate = chosen > 0 && chosen < count;
          }}
          onClick={() => tickAll(chosen === 0)}
        />
      </label>
      <span class="count" data-testid="count">
        {chosen > 0 ? `${chosen} selected` : loaded.value ? counted(count) : "Loading…"}
      </span>
      {chosen > 0 ? <ForChosen /> : <ForAll empty={count === 0} />}
    </div>
  );
}

function counted(count: number): string {
  const noun = query.value === "" ? "mail" : "result";
  return `${count.toLocaleString()} ${noun}${count === 1 ? "" : "s"}`;
}

function ForChosen() {
  return (
    <>
      <IconButton icon="check" label="Mark as read" onClick={() => void markChosen(true)} />
      <IconButton icon="unread" label="Mark as unread" shortcut="u" onClick={() => void markChosen(false)} />
      <IconButton icon="tag" label="Tags" shortcut="l" onClick={() => openOverlay("tags")} />
      <IconButton icon="trash" label="Delete the selected mails" shortcut="#" onClick={deleteChosen} />
      <IconButton icon="close" label="Select none" onClick={() => tickAll(false)} />
    </>
  );
}

function ForAll({ empty }: { empty: boolean }) {
  return (
    <>
      <IconButton icon="check" label="Mark all as read" disabled={empty} onClick={() => void markAllRead()} />
      <IconButton
        icon="trash"
        label="Delete all of these mails"
        disabled={empty}
        onClick={() => openOverlay("delete-all")}
      />
    </>
  );
}
