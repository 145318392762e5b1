import assert from "node:assert/strict";
import { it } from "node:test";
import { crc32c } from "#src/protocol/proxy-header/crc32c.js";

// RFC 3720 appendix B.4 gives the octets of the checksums in the opposite order.
it("crc32c gives the checksums of RFC 3720", () => {
  const ascending = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a91_36aa);
  assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8_ab43);
  assert.equal(crc32c(ascending), 0x46dd_794e);
  assert.equal(crc32c(Buffer.from("123456789")), 0xe306_9283);
  assert.equal(crc32c(Buffer.alloc(0)), 0);
});
