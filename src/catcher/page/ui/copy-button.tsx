import { useSignal } from "@preact/signals";
import { announcement, notifyError } from "../state/notices.ts";
import { Icon } from "./icon.tsx";

/** Copies a text. What is copied is named, because a page may have many of these. */
export function CopyButton({ text, what, label }: { text: string; what: string; label?: string }) {
  const copied = useSignal(false);
  const copy = async () => {
    try {
      await copyText(text);
    } catch (error) {
      return notifyError(error);
    }
    announcement.value = `Copied ${what}`;
    copied.value = true;
    setTimeout(() => {
      copied.value = false;
    }, 1_500);
  };
  return (
    <button
      type="button"
      class={label === undefined ? "icon-button" : "button plain"}
      aria-label={`Copy ${what}`}
      title={`Copy ${what}`}
      onClick={copy}
    >
      <Icon name={copied.value ? "check" : "copy"} />
      {label === undefined ? null : <span>{copied.value ? "Copied" : label}</span>}
    </button>
  );
}

async function copyText(text: string): Promise<void> {
  // Browsers offer a clipboard only to safe origins: HTTPS and this machine.
  if (navigator.clipboard === undefined)
    throw new Error(
      "This browser lets pages copy only over HTTPS or on localhost. Select the text and copy it.",
    );
  await navigator.clipboard.writeText(text);
}
