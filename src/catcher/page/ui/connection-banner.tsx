import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { connection, connectNow } from "../state/connection.ts";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

/** So long a connection may be lost before it is mentioned, in ms: the catcher may just be restarting. */
const patience = 400;

/** Tells that the page hears nothing of new mails, and when it tries again. */
export function ConnectionBanner() {
  const now = useSignal(Date.now());
  const patient = useSignal(true);
  const lost = connection.value.state === "lost";
  useEffect(() => {
    if (!lost) return undefined;
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 500);
    const end = setTimeout(() => {
      patient.value = false;
    }, patience);
    return () => {
      clearInterval(timer);
      clearTimeout(end);
      patient.value = true;
    };
  }, [lost]);
  if (connection.value.state !== "lost" || patient.value) return null;
  const seconds = Math.max(0, Math.ceil((connection.value.retryAt - now.value) / 1_000));
  return (
    <div class="banner">
      <Icon name="alert" />
      <span role="alert">The catcher does not answer. It may have been stopped.</span>
      <span class="quiet">{seconds === 0 ? "Trying again…" : `Trying again in ${seconds} s`}</span>
      <Button icon="refresh" onClick={connectNow}>
        Try now
      </Button>
    </div>
  );
}
