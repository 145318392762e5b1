/** The keys of a command, as they are written on a keyboard. */
export function Keys({ keys }: { keys: readonly string[] }) {
  return (
    <span class="keys">
      {keys.map((key) => (
        <kbd key={key}>{label(key)}</kbd>
      ))}
    </span>
  );
}

function label(key: string): string {
  if (key === "Escape") return "Esc";
  if (!key.startsWith("Control+")) return key;
  const apple = /mac|iphone|ipad/i.test(navigator.userAgent);
  return `${apple ? "⌘" : "Ctrl "}${key.slice("Control+".length).toUpperCase()}`;
}
