import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { startCatcher } from "./mails.js";

interface Shown {
  readonly Text: string;
  readonly HTML: string;
  readonly Inline: readonly Part[];
  readonly Attachments: readonly Part[];
}

interface Part {
  readonly PartID: string;
  readonly FileName: string;
  readonly ContentType: string;
  readonly ContentID: string;
  readonly Size: number;
  readonly Checksums: { readonly MD5: string; readonly SHA1: string; readonly SHA256: string };
}

const nested = `From: a@a.test
To: jo@a.test
Subject: parts
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=m

before
--m
Content-Type: multipart/related; boundary=r

--r
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8

plain
--a
Content-Type: text/html; charset=iso-8859-15
Content-Transfer-Encoding: quoted-printable

<p>10 =A4</p><img src=3D"cid:pic@a">
--a--
--r
Content-Type: image/png; name=pic.png
Content-ID: <pic@a>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--r--
--m
Content-Type: text/csv; charset=iso-8859-1
Content-Disposition: attachment; filename*=utf-8''%C3%BCbersicht.csv
Content-Transfer-Encoding: quoted-printable

=FC;1
--m
Content-Type: image/svg+xml
Content-Disposition: inline; filename=x.svg

<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>
--m
Content-Type: application/octet-stream

bytes
--m
Content-Type: message/rfc822
Content-Disposition: attachment; filename=fwd.eml

Subject: inner

inner text
--m--
after
`;

test("numbers parts as mailpit does", async () => {
  await using box = await startCatcher();
  const id = await box.deliver(nested);
  const mail = await box.json<Shown>(`/api/v1/message/${id}`);
  assert.equal(mail.Text, "plain");
  assert.equal(mail.HTML, '<p>10 €</p><img src="cid:pic@a">');
  const list = (parts: readonly Part[]) =>
    parts.map(({ PartID, FileName, ContentType, ContentID, Size }) => [
      PartID,
      FileName,
      ContentType,
      ContentID,
      Size,
    ]);
  assert.deepEqual(list(mail.Inline), [
    ["3", "x.svg", "image/svg+xml", "", 71],
    ["1.2", "pic.png", "image/png", "pic@a", 8],
  ]);
  assert.deepEqual(list(mail.Attachments), [
    ["2", "übersicht.csv", "text/csv", "", 4],
    ["5", "fwd.eml", "message/rfc822", "", 28],
  ]);
  const [csv] = mail.Attachments;
  assert.equal(csv?.Checksums.SHA256, createHash("sha256").update("ü;1").digest("hex"));
  const part = async (number: string) =>
    await (await box.fetch(`/api/v1/message/${id}/part/${number}`)).text();
  assert.equal(await part("2"), "ü;1");
  assert.equal(await part("4"), "bytes");
  assert.equal(await part("1.1.1"), "plain");
  assert.equal(await part("5"), "Subject: inner\r\n\r\ninner text");
  for (const number of ["0", "1.0", "1.1.0", "9", "1.9", "x", "-1", "__proto__", "2.0"])
    assert.equal(await box.text(`/api/v1/message/${id}/part/${number}`), "404 404 page not found", number);
});

test("numbers a multipart itself with a zero behind its place", async () => {
  await using box = await startCatcher();
  const id = await box.deliver(`Content-Type: multipart/mixed; boundary=m

--m
Content-Type: multipart/mixed; boundary=i
Content-Disposition: attachment; filename=box

--i
Content-Disposition: attachment; filename=a.txt

a
--i--
--m--
`);
  const { Attachments } = await box.json<Shown>(`/api/v1/message/${id}`);
  assert.deepEqual(
    Attachments.map(({ PartID, FileName }) => [PartID, FileName]),
    [
      ["1.0", "box"],
      ["1.1", "a.txt"],
    ],
  );
});

test("serves parts so that nothing in them runs", async () => {
  await using box = await startCatcher();
  const id = await box.deliver(nested);
  const svg = await box.fetch(`/api/v1/message/${id}/part/3`);
  assert.match(svg.headers.get("content-security-policy") ?? "", /default-src 'none'.*sandbox/);
  assert.equal(svg.headers.get("x-content-type-options"), "nosniff");
  const thumb = await box.fetch(`/api/v1/message/${id}/part/3/thumb`);
  assert.equal(thumb.headers.get("content-type"), "image/png");
  const csv = await box.fetch(`/api/v1/message/${id}/part/2`);
  assert.equal(csv.headers.get("content-disposition"), 'inline; filename="%C3%BCbersicht.csv"');
  const evil = await box.deliver(
    'Content-Type: x/y"z\nContent-Disposition: attachment; filename="a\\"b/../c.html"\n\nhello\n',
  );
  const odd = await box.fetch(`/api/v1/message/${evil}/part/0`);
  assert.equal(odd.status, 200);
  assert.equal(odd.headers.get("content-disposition"), 'inline; filename="a%22b%2F..%2Fc.html"');
});

test("takes the one part of a mail for text, HTML or an attachment", async () => {
  await using box = await startCatcher();
  const shown = async (head: string, body: string) =>
    await box.json<Shown>(`/api/v1/message/${await box.deliver(`${head}\n\n${body}`)}`);
  const text = await shown("Subject: x", "just text\n");
  assert.deepEqual([text.Text, text.HTML, text.Attachments.length], ["just text\r\n", "", 0]);
  const html = await shown(
    "Content-Type: text/html",
    "<h1>Hi</h1><p>See <a href='https://a.test'>this</a></p>\n",
  );
  assert.equal(html.Text, "Hi\n\nSee this ( https://a.test )");
  assert.match(html.HTML, /^<h1>Hi/);
  const pdf = await shown("Content-Type: application/pdf; name=a.pdf", "%PDF");
  assert.deepEqual([pdf.Text, pdf.Attachments[0]?.PartID, pdf.Attachments[0]?.FileName], ["", "0", "a.pdf"]);
  const csv = await shown("Content-Type: text/plain; name=a.txt\nContent-Disposition: attachment", "x");
  assert.deepEqual([csv.Text, csv.Attachments[0]?.FileName], ["", "a.txt"]);
});

test("shows a mail as HTML and as text, safe in browsers and as it is to programs", async () => {
  await using box = await startCatcher();
  const id = await box.deliver(nested);
  const html = await box.fetch(`/view/${id}.html`);
  assert.equal(await html.text(), `<p>10 €</p><img src="/api/v1/message/${id}/part/1.2">`);
  assert.match(html.headers.get("content-security-policy") ?? "", /default-src 'none'.*sandbox/);
  const shown = await box.fetch("/view/latest.html?embed=1");
  assert.match(await shown.text(), /<p>10 €<\/p><img src="data:image\/png;base64,iVBORw0KGgo=">/);
  const opened = await box.fetch(`/view/${id}.html`, { headers: { "sec-fetch-dest": "iframe" } });
  assert.match(await opened.text(), /^<!doctype html>.*src="data:image/);
  const loaded = await box.fetch(`/view/${id}.html`, { headers: { "sec-fetch-dest": "empty" } });
  assert.match(await loaded.text(), /^<p>10 €/);
  assert.equal(await box.text("/view/latest.txt"), "200 plain");
  assert.equal((await box.json<{ unread: number }>("/api/v1/messages")).unread, 0);
  const to = async (path: string) => (await box.fetch(path, { redirect: "manual" })).headers.get("location");
  assert.equal(await to("/view/latest"), `/view/${id}`);
  assert.equal(await to(`/view/${id}`), `/#/message/${id}`);
  assert.equal(await to("/view/latest?query=nobody"), "/");
  const plain = await box.deliver("Subject: x\n\nno HTML\n");
  assert.equal(await box.text(`/view/${plain}.html`), "404 This message does not contain a HTML part");
  assert.equal(await box.text(`/api/v1/message/${plain}/html-check`), "400 message does not contain HTML");
});
