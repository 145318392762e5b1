import assert from "node:assert/strict";
import { test } from "node:test";
import mime from "mime";
import { typeOfFile } from "#src/message/media-types.js";

const attached = (
  "7z aac aiff apk avi bmp bz2 css csv doc docm docx dotx dwg eml epub flac gif gz heic htm html ics ico jpeg jpg js " +
  "json key kml m4a m4v mbox mid mkv mov mp3 mp4 mpeg mpg msg numbers odg odp ods odt ogg opus otf p12 p7m p7s pages " +
  "pdf pem pfx pgp pkpass png pot pps ppsx ppt pptm pptx ps psd pub rar rtf sh svg tar tex tif tiff torrent ts ttf txt " +
  "vsd vsdx wav webm webp wma wmv woff woff2 xls xlsb xlsm xlsx xltx xml yaml zip"
).split(" ");

test("gives common files the type of the whole table of mime", () => {
  for (const ending of attached) assert.equal(typeOfFile(`a.${ending}`), mime.getType(ending), ending);
});

test("calls a vCard by its registered name", () => {
  assert.equal(typeOfFile("jane.vcf"), "text/vcard");
});

test("ignores case, and returns octet-stream for an unknown extension", () => {
  assert.equal(
    typeOfFile("Report.DOCX"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  );
  assert.equal(typeOfFile("core.unheard-of"), "application/octet-stream");
  assert.equal(typeOfFile("README"), "application/octet-stream");
});
