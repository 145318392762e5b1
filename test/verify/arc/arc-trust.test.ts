import assert from "node:assert/strict";
import { test } from "node:test";
import { type ArcSet, AuthenticationResults } from "envoi/verify";
import { trustedSet } from "#src/verify/arc/arc-trust.js";

const says = (text: string) => AuthenticationResults.parse(`mx.test; ${text}`);
const pass = says("dmarc=pass header.from=author.test");

function chain(...changes: Partial<ArcSet>[]): ArcSet[] {
  return changes.map((change, index) => ({
    instance: index + 1,
    sealer: "list.test",
    signer: "list.test",
    signsFrom: true,
    results: pass,
    ...change,
  }));
}

function trusted(sets: ArcSet[], domains = ["list.test", "hub.test"], result: "pass" | "fail" = "pass") {
  return trustedSet({ result, sets }, new Set(domains), "author.test")?.instance;
}

test("believes the lowest set that is reached through trusted ones", () => {
  assert.equal(trusted(chain({})), 1);
  assert.equal(trusted(chain({}, {})), 1);
  assert.equal(trusted(chain({ sealer: "evil.test" }, { sealer: "hub.test", signer: "hub.test" })), 2);
  assert.equal(trusted(chain({ results: says("dmarc=fail header.from=author.test") }, {})), undefined);
  assert.equal(trusted(chain({}, { results: says("dmarc=fail header.from=author.test") })), 1);
});

test("believes nothing below a set that is not trusted, nor of one that does not sign From", () => {
  assert.equal(trusted(chain({}, { sealer: "evil.test" })), undefined);
  assert.equal(trusted(chain({}, { signer: "evil.test" })), undefined);
  assert.equal(trusted(chain({}, { signsFrom: false })), undefined);
  assert.equal(trusted(chain({ signsFrom: false }, {})), 2);
  assert.equal(trusted(chain({ sealer: "sub.list.test" })), undefined);
  assert.equal(trusted(chain({}), []), undefined);
  assert.equal(trusted(chain({}), ["list.test"], "fail"), undefined);
  assert.equal(trusted([]), undefined);
});

test("believes only that DMARC passed for today's author, and nothing else beside it", () => {
  for (const [text, expected] of [
    ["dmarc=pass header.from=AUTHOR.test", 1],
    ["dmarc=pass header.from=ann@author.test", 1],
    ["spf=fail smtp.mailfrom=x; dmarc=pass header.from=author.test", 1],
    ["dmarc=pass", undefined],
    ["dmarc=pass header.from=other.test", undefined],
    ["dmarc=pass header.from=sub.author.test", undefined],
    ["dmarc=pass header.from=author.test header.from=other.test", undefined],
    ["dmarc=pass header.from=author.test; dmarc=fail header.from=author.test", undefined],
    ["dmarc=bestguesspass header.from=author.test", undefined],
    ["dkim=pass header.d=author.test", undefined],
    ["none", undefined],
  ] as const)
    assert.equal(trusted(chain({ results: says(text) })), expected, text);
  assert.equal(trusted(chain({ results: undefined })), undefined);
});
