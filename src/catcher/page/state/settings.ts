import { effect, signal } from "@preact/signals";

/** What a person sets, kept in this browser. */
export interface Settings {
  /** Colours: those of the system, or always the same. */
  readonly theme: "system" | "light" | "dark";
  /** Whether the desktop is notified of new mails. */
  readonly notifications: boolean;
  /** The width at which HTML is shown. */
  readonly width: "phone" | "tablet" | "desktop";
  /** The colours in which HTML is shown: by a client with light or dark colours, or one that inverts colours. */
  readonly scheme: "light" | "dark" | "inverted";
}

/** The colours that a button changes to. */
export const nextTheme = { system: "light", light: "dark", dark: "system" } as const;

const key = "envoi";
const initial: Settings = { theme: "system", notifications: false, width: "desktop", scheme: "light" };

/** The settings now. */
export const settings = signal<Settings>({ ...initial, ...stored() });

/** Changes some of the settings. */
export function set(change: Partial<Settings>): void {
  settings.value = { ...settings.value, ...change };
}

/** Keeps the settings, and colours the page by them, from now on. */
export function followSettings(): void {
  effect(() => {
    const { theme } = settings.value;
    document.documentElement.dataset["theme"] = theme;
    try {
      localStorage.setItem(key, JSON.stringify(settings.value));
    } catch {
      // A browser may keep nothing; then they hold until the page is closed.
    }
  });
}

/** Turns notifications on, if the browser allows it, or off. */
export async function toggleNotifications(): Promise<void> {
  if (settings.value.notifications) return set({ notifications: false });
  set({ notifications: (await Notification.requestPermission()) === "granted" });
}

function stored(): Partial<Settings> {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Settings>;
  } catch {
    return {};
  }
}
