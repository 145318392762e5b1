import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";

/** A button with an icon only: its label is its name for screen readers, and appears as a tip. */
export function IconButton(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly class?: string;
  /** The key that does the same. */
  readonly shortcut?: string;
  onClick(event: MouseEvent): void;
}) {
  const { icon, label, pressed, disabled = false, shortcut, onClick } = props;
  return (
    <button
      type="button"
      class={`icon-button ${props.class ?? ""}`}
      aria-label={label}
      aria-pressed={pressed}
      aria-keyshortcuts={shortcut}
      title={shortcut === undefined ? label : `${label} (${shortcut})`}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

/** A button with a text, and an icon if there is one. */
export function Button(props: {
  readonly icon?: IconName;
  readonly kind?: "plain" | "primary" | "danger";
  readonly type?: "button" | "submit";
  readonly disabled?: boolean;
  readonly children: ComponentChildren;
  onClick?(event: MouseEvent): void;
}) {
  const { icon, kind = "plain", type = "button", disabled = false, children, onClick } = props;
  return (
    <button type={type} class={`button ${kind}`} disabled={disabled} onClick={onClick}>
      {icon === undefined ? null : <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}
