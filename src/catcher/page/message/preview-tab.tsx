import { useSignal } from "@preact/signals";
import { readRemoteImages, viewAddress } from "../api/lab.ts";
import type { Message } from "../api/mailpit.ts";
import { type Settings, set, settings } from "../state/settings.ts";
import { Button } from "../ui/button.tsx";
import { clipped } from "../ui/clipped.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { useResource } from "../ui/use-resource.ts";

const widths = [
  { value: "phone", label: "Phone, 375 pixels wide", icon: "phone" },
  { value: "tablet", label: "Tablet, 768 pixels wide", icon: "tablet" },
  { value: "desktop", label: "Desktop, as wide as there is room", icon: "desktop" },
] as const;

const schemes = [
  { value: "light", label: "Light, as by a client with light colours", icon: "sun" },
  { value: "dark", label: "Dark, as by a client that asks the mail for dark colours", icon: "moon" },
  { value: "inverted", label: "Inverted, as by a client that changes the colours itself", icon: "contrast" },
] as const;

/** The HTML of a mail, in a frame in which nothing of it can run. */
export function PreviewTab({ message }: { message: Message }) {
  // For this mail only: another one gets a tab of its own.
  const remote = useSignal(false);
  const images = useResource(message.ID, (signal) => readRemoteImages(message.ID, signal));
  const count = images.state === "ready" ? images.value.length : 0;
  const { width, scheme } = settings.value;
  const dark = scheme === "dark";
  return (
    <>
      <div class="panel-bar">
        <Choice
          class="only-wide"
          name="Width"
          options={widths}
          value={width}
          choose={(value) => set({ width: value })}
        />
        <Choice name="Colours" options={schemes} value={scheme} choose={(value) => set({ scheme: value })} />
        <span class="spring" />
        {count === 0 ? null : (
          <Button
            icon="image"
            disabled={remote.value}
            onClick={() => {
              remote.value = true;
            }}
          >
            {remote.value ? "Remote images are shown" : `Load ${count} remote image${count === 1 ? "" : "s"}`}
          </Button>
        )}
      </div>
      <div class={`stage ${width}`}>
        <iframe
          class={`mail-frame ${scheme}`}
          title={`HTML of the mail ${clipped(message.Subject, 100) || "without a subject"}`}
          // Links may open tabs; nothing else.
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          referrerpolicy="no-referrer"
          src={viewAddress(message.ID, { remote: remote.value, dark })}
        />
      </div>
    </>
  );
}

function Choice<T extends Settings["width"] | Settings["scheme"]>(props: {
  readonly name: string;
  readonly class?: string;
  readonly options: readonly { readonly value: T; readonly label: string; readonly icon: IconName }[];
  readonly value: T;
  choose(value: T): void;
}) {
  const { name, options, value, choose } = props;
  return (
    <fieldset class={`choice ${props.class ?? ""}`}>
      <legend class="unseen">{name}</legend>
      {options.map((option) => (
        <label key={option.value} title={option.label}>
          <input
            type="radio"
            class="unseen"
            name={name}
            aria-label={option.label}
            checked={option.value === value}
            onChange={() => choose(option.value)}
          />
          <Icon name={option.icon} />
        </label>
      ))}
    </fieldset>
  );
}
