import { signal } from "@preact/signals";

const title = signal("envoi");

/** The whole page. */
export function App() {
  return <main>{title}</main>;
}
