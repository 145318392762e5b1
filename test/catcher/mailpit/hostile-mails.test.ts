import assert from "node:assert/strict";
import { test } from "node:test";
import { startCatcher } from "./mails.js";

/** Mails that hurt programs which read them. */
const hostile: Readonly<Record<string, () => string | Buffer>> = {
  "no header": () => "\n\njust a body\n",
  "nothing at all": () => "\n",
  "a header without end": () => `Subject: ${"x".repeat(500_000).replace(/.{900}/g, "$&\n ")}`,
  "20,000 fields": () =>
    `${Array.from({ length: 20_000 }, (_, index) => `X-${index}: y\n`).join("")}\nbody\n`,
  "fields with strange names": () =>
    "__proto__: a\nconstructor: b\n: c\nno colon\nX\u00e9: d\nSubject: ok\n\nx\n",
  "10,000 parts": () =>
    `Content-Type: multipart/mixed; boundary=b\n\n${"--b\nContent-Type: image/png; name=x\n\nx\n".repeat(10_000)}--b--\n`,
  "parts nested 1,000 deep": () => {
    const open = (depth: number) => `Content-Type: multipart/mixed; boundary="b${depth}"\n\n--b${depth}\n`;
    return `${Array.from({ length: 1000 }, (_, depth) => open(depth)).join("")}Content-Type: text/html\n\n<p>deep\n`;
  },
  "mails in mails": () => `${"Content-Type: message/rfc822\n\n".repeat(2000)}end\n`,
  "a charset that lies": () =>
    Buffer.from('Content-Type: text/html; charset="utf-16"\r\n\r\n<p>\xff\xfe\xd8\xdcodd\r\n', "latin1"),
  "a charset that nobody knows": () =>
    'Content-Type: text/plain; charset="x-\'-\\"<b>"\nSubject: =?nope?Q?=FF?= =?utf-8?B?////?=\n\n\n',
  "UTF-7 and others": () =>
    "Content-Type: text/html; charset=utf-7\nSubject: =?utf-7?Q?+ADw-script+AD4-?=\n\n+ADw-b+AD4-\n",
  "100,000 recipients in a field": () =>
    `To: ${Array.from({ length: 100_000 }, (_, index) => `a${index}@b.test`).join(",\n ")}\nSubject: x\n\nx\n`,
  "addresses without end": () =>
    `To: ${'"<(@,;:'.repeat(5000).replace(/.{900}/g, "$&\n ")}\nFrom: ${"(".repeat(800)}\n\nx\n`,
  "tags without end": () =>
    `X-Tags: ${"a,".repeat(400)}${"\n b".repeat(400)},__proto__,constructor\nTo: a${"+x".repeat(300)}@b.test\n\nx\n`,
  "a Date and a List-Unsubscribe that lie": () =>
    "Date: Tue, 99 Foo 99999 99:99 +9999\nList-Unsubscribe: <<<>>>, <(((>,<javascript:x>,<mailto:a>\n\nx\n",
  "a Content-ID for a path": () =>
    "Content-Type: image/png\nContent-ID: <../../%2e%2e/%00%ff>\nContent-Disposition: inline; filename*=utf-8''%00..%2F%FF\n\nx\n",
  "HTML that never ends": () =>
    `Content-Type: text/html\n\n${'<a href="'.repeat(50_000).replace(/.{900}/g, "$&\n")}\n`,
  "a megabyte of tags": () => `Content-Type: text/html\n\n${"<b><p><i>&amp;\n".repeat(70_000)}`,
};

for (const [name, make] of Object.entries(hostile)) {
  test(`answers every route for a mail with ${name}`, async () => {
    await using box = await startCatcher();
    const id = await box.deliver(make(), ["jo@a.test"]);
    const message = await box.json<{ Attachments: { PartID: string }[]; Inline: { PartID: string }[] }>(
      `/api/v1/message/${id}`,
    );
    const parts = [...message.Attachments, ...message.Inline]
      .slice(0, 2)
      .map(({ PartID }) => `/api/v1/message/${id}/part/${PartID}`);
    const paths = [
      ...[
        "/api/v1/messages",
        "/api/v1/search?query=deep",
        "/api/v1/search?query=has:attachment%20from:x",
        "/api/v1/tags",
        "/api/v1/info",
      ],
      ...[
        `/api/v1/message/${id}/headers`,
        `/api/v1/message/${id}/raw`,
        "/api/v2/messages",
        "/api/v2/search?kind=to&query=a",
      ],
      ...[`/api/v1/messages/${id}`, `/view/${id}.txt`, ...parts],
    ];
    for (const path of paths) assert.equal((await box.fetch(path)).status, 200, path);
    for (const path of [`/view/${id}.html`, `/view/${id}.html?embed=1`, `/api/v1/message/${id}/html-check`])
      assert.ok([200, 400, 404].includes((await box.fetch(path)).status), path);
    assert.equal(await box.text("/api/v1/messages", "DELETE", { IDs: [id] }), "200 ok");
  });
}
