/** The tree of a message's parts, drawn line by line, out of the octets that arrived. */
export function partTree(raw: Buffer): string[] {
  return draw(part(raw.toString("latin1")), "", "");
}

interface Part {
  readonly label: string;
  readonly children: readonly Part[];
}

/** Reads well-formed parts, such as envoi sends; to read what others send, take a parser of mail. */
function part(text: string): Part {
  const end = text.indexOf("\r\n\r\n");
  const head = text.slice(0, end).replace(/\r\n(?=[ \t])/g, "");
  const body = text.slice(end + 4);
  const type = /^Content-Type: *([^;\r\n]+)/im.exec(head)?.[1] ?? "text/plain";
  const boundary = /[; ]boundary="?([^";\r\n]+)/i.exec(head)?.[1];
  if (boundary !== undefined) {
    const pieces = body.split(`--${boundary}`).slice(1, -1);
    return { label: type, children: pieces.map((piece) => part(piece.replace(/^\r\n/, ""))) };
  }
  const name = /filename="?([^";\r\n]+)/i.exec(head)?.[1];
  const encoding = /^Content-Transfer-Encoding: *(\S+)/im.exec(head)?.[1] ?? "7bit";
  const label = `${type}${name === undefined ? "" : ` "${name}"`}, ${body.trimEnd().length} octets of ${encoding}`;
  return { label, children: [] };
}

function draw({ label, children }: Part, first: string, rest: string): string[] {
  const below = children.flatMap((child, index) => {
    const last = index === children.length - 1;
    return draw(child, `${rest}${last ? "└─ " : "├─ "}`, `${rest}${last ? "   " : "│  "}`);
  });
  return [`${first}${label}`, ...below];
}
