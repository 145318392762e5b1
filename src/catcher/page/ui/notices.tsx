import { announcement, dismiss, notices } from "../state/notices.ts";
import { Button, IconButton } from "./button.tsx";

/** The notices at the bottom of the page, and what only screen readers hear. */
export function Notices() {
  return (
    <>
      <section class="notices" aria-label="Notices">
        {notices.value.map(({ id, text, kind, action }) => (
          <div key={id} class={`notice ${kind}`} role={kind === "error" ? "alert" : "status"}>
            <span>{text}</span>
            {action === undefined ? null : <Button onClick={() => action.run()}>{action.label}</Button>}
            <IconButton icon="close" label="Close this notice" onClick={() => dismiss(id)} />
          </div>
        ))}
      </section>
      <div class="unseen" role="status" aria-live="polite">
        {announcement.value}
      </div>
    </>
  );
}
