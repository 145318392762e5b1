const entities = new Map([
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
  ["lt", "<"],
  ["gt", ">"],
  ["commat", "@"],
  ["colon", ":"],
  ["nbsp", " "],
]);

/** The Content-IDs that `cid:` URLs in HTML refer to (RFC 2392), in attributes and in style sheets. */
export function contentIdReferences(html: string): Set<string> {
  const ids = new Set<string>();
  for (const [, id = ""] of withoutEntities(html).matchAll(/\bcid:([^\s"'<>()]+)/gi)) {
    ids.add(id);
    ids.add(withoutPercents(id));
  }
  return ids;
}

function withoutEntities(html: string): string {
  return html.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));?/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities.get(String(name).toLowerCase()) ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function withoutPercents(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
