import assert from "node:assert/strict";
import { test } from "node:test";
import { isPublicAddress } from "#src/catcher/link-check/public-address.js";

test("takes addresses of the public Internet for public", () => {
  for (const address of [
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "198.17.0.1",
    "223.255.255.1",
    "2606:4700::1111",
    "2a00::1",
    "::ffff:1.1.1.1",
  ])
    assert.ok(isPublicAddress(address), address);
});

test("refuses all other addresses, in every spelling", () => {
  const refused = `0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.0.1 169.254.169.254 172.16.0.1
    172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.1 198.51.100.1 203.0.113.1 224.0.0.1
    239.1.1.1 240.0.0.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:a9fe:a9fe 0:0:0:0:0:ffff:7f00:1
    ::127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1:: 2002:a00:1::1 2001::1 2001:0:1::
    2001:db8::1 2001:20::1 3fff::1 fe80::1 fec0::1 fc00::1 fd12:3456::1 ff02::1 100::1 2001:4860::5efe:7f00:1
    2001:4860::200:5efe:a00:1 4000::1`;
  for (const address of refused.split(/\s+/)) assert.ok(!isPublicAddress(address), address);
  for (const text of [
    "",
    "localhost",
    "fe80::1%eth0",
    "[::1]",
    "127.1",
    "0x7f000001",
    "1.1.1.1 ",
    "01.1.1.1",
  ])
    assert.ok(!isPublicAddress(text), text);
});
