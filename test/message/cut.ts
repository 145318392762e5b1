import assert from "node:assert/strict";

/**
 * The octets of each part that has none in it, in order, taken out as RFC 2046 says and decoded. postal-mime cannot
 * serve here: it reads binary by the line and gives every line end as LF.
 */
export function cut(mail: Buffer): Buffer[] {
  const end = mail.indexOf("\r\n\r\n");
  const head = mail.toString("latin1", 0, end).replace(/\r\n(?=[\t ])/g, "");
  const body = mail.subarray(end + 4);
  const encoding = /^Content-Transfer-Encoding: (.*)$/m.exec(head)?.[1] ?? "7bit";
  const [, quoted, bare] = /^Content-Type: multipart\/.*boundary=(?:"(.*?)"|([^;\s]+))/m.exec(head) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) {
    assert.match(encoding, /^(?:7bit|8bit|binary|base64)$/);
    return [encoding === "base64" ? Buffer.from(body.toString("latin1"), "base64") : body];
  }
  const delimiter = `\r\n--${boundary}`;
  const parts: Buffer[] = [];
  let start = body.indexOf(delimiter.slice(2)) + delimiter.length - 2;
  while (body.toString("latin1", start, start + 2) === "\r\n") {
    const next = body.indexOf(delimiter, start + 2);
    assert.ok(next > 0, "the multipart is closed");
    const part = body.subarray(start + 2, next);
    if (encoding !== "binary")
      assert.ok(!part.includes("\r\nContent-Transfer-Encoding: binary\r\n"), "a part claims more");
    parts.push(...cut(part));
    start = next + delimiter.length;
  }
  assert.equal(body.toString("latin1", start, start + 4), "--\r\n");
  return parts;
}
