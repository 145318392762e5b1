import { deleteByQuery } from "../state/deletion.ts";
import { rows } from "../state/mail-list.ts";
import { closeOverlay } from "../state/overlay.ts";
import { query } from "../state/route.ts";
import { close, tickAll } from "../state/selection.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";

/** Asks before all mails of the list are deleted. */
export function DeleteAllDialog() {
  const count = rows.value.length;
  const run = () => {
    closeOverlay();
    tickAll(false);
    close();
    void deleteByQuery(query.value);
  };
  const which = query.value === "" ? "all mails" : "all mails of this list";
  return (
    <Dialog title={`Delete ${which}?`} onClose={closeOverlay}>
      <p>
        {count === 1 ? "1 mail goes" : `${count.toLocaleString()} mails go`}. The catcher remembers the last
        deletions: <kbd>z</kbd> takes them back.
      </p>
      <footer>
        <Button onClick={closeOverlay}>Cancel</Button>
        <Button kind="danger" icon="trash" onClick={run}>
          Delete {count === 1 ? "it" : `all ${count.toLocaleString()}`}
        </Button>
      </footer>
    </Dialog>
  );
}
