import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { type Message, releaseMail } from "../api/mailpit.ts";
import { relay } from "../state/facts.ts";
import { notify } from "../state/notices.ts";
import { openMessage } from "../state/open-message.ts";
import { closeOverlay } from "../state/overlay.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";

/** Sends the open mail on through the relay. */
export function ReleaseDialog() {
  const { value: opened } = openMessage;
  if (opened.state !== "ready") return null;
  return <Form message={opened.value} />;
}

function Form({ message }: { message: Message }) {
  const recipients = [message.To, message.Cc, message.Bcc].flatMap((list) => list ?? []);
  const to = useSignal(
    recipients
      .slice(0, 20)
      .map(({ Address }) => Address)
      .join(", "),
  );
  const problem = useSignal("");
  const busy = useSignal(false);
  const id = useId();
  const submit = async () => {
    const list = to.value.split(/[\s,;]+/).filter((each) => each !== "");
    problem.value = "";
    busy.value = true;
    try {
      await releaseMail(message.ID, list);
      closeOverlay();
      notify(`Released to ${list.join(", ")}`);
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    } finally {
      busy.value = false;
    }
  };
  const { SMTPServer = "", AllowedRecipients = "" } = relay.value ?? {};
  return (
    <Dialog title="Release this mail" onClose={closeOverlay}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p>
          The mail is really sent, through <b>{SMTPServer || "the relay"}</b>.
          {AllowedRecipients === "" ? null : (
            <>
              {" "}
              Only recipients that match <code>{AllowedRecipients}</code> are allowed.
            </>
          )}
        </p>
        <label for={id}>Recipients</label>
        <textarea
          id={id}
          rows={3}
          spellcheck={false}
          value={to.value}
          onInput={(event) => {
            to.value = event.currentTarget.value;
          }}
        />
        <p class="failure" role="alert">
          {problem.value}
        </p>
        <footer>
          <Button onClick={closeOverlay}>Cancel</Button>
          <Button type="submit" kind="primary" icon="send" disabled={busy.value || to.value.trim() === ""}>
            Release
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
