import { deleteAll } from "../api/mailpit.ts";
import { refreshSoon, rows } from "../state/mail-list.ts";
import { attempt } from "../state/notices.ts";
import { closeOverlay } from "../state/overlay.ts";
import { query } from "../state/route.ts";
import { close, tickAll } from "../state/selection.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";

/** Asks before all mails of the list are deleted: that cannot be undone. */
export function DeleteAllDialog() {
  const count = rows.value.length;
  const run = async () => {
    closeOverlay();
    tickAll(false);
    close();
    await attempt(deleteAll(query.value));
    refreshSoon();
  };
  const which = query.value === "" ? "all mails" : "all mails of this list";
  return (
    <Dialog title={`Delete ${which}?`} onClose={closeOverlay}>
      <p>
        {count === 1 ? "1 mail goes" : `${count.toLocaleString()} mails go`}, and with{" "}
        {count === 1 ? "it" : "them"} whatever comes until the catcher has done so. This cannot be undone.
      </p>
      <footer>
        <Button onClick={closeOverlay}>Cancel</Button>
        <Button kind="danger" icon="trash" onClick={() => void run()}>
          Delete {count === 1 ? "it" : `all ${count.toLocaleString()}`}
        </Button>
      </footer>
    </Dialog>
  );
}
