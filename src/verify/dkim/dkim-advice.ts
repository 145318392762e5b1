import type { DkimCode } from "./dkim-verdict.ts";

/** What the owner of the signing domain should change, for the results that are the owner's doing. */
export function adviceFor(code: DkimCode, name: string): { readonly advice?: string } {
  const advice = advices[code];
  return advice === undefined ? {} : { advice: advice.replace("NAME", name) };
}

const advices: { readonly [code in DkimCode]?: string } = {
  "body-partly-signed": "Sign without l=, so that nobody can add text below the signed one.",
  "repeated-field":
    "Write the field once, and name it in h= once more than it is in the header, so that nobody can add another one.",
  "body-changed":
    "If the mail was not forged, something after the signer changes the body: a footer, a filter or an 8-bit conversion. Sign last.",
  "signature-mismatch":
    "If the mail was not forged, compare the key at NAME with that of the signer, and sign after every change of the header.",
  expired: "Sign with a longer time between t= and x=, or check the clock of the signer.",
  future: "Set the clock of the signer.",
  syntax: "Correct the software that signs.",
  version: "Correct the software that signs.",
  algorithm: "Sign with rsa-sha256 or ed25519-sha256.",
  canonicalization: "Sign with c=relaxed/relaxed.",
  "query-method": "Leave q= out of the signature.",
  "from-not-signed": "Name From in h=.",
  identity: "Leave i= out of the signature, or t=s out of the key record.",
  "body-length": "Sign without l=.",
  "no-key": "Publish the key as a TXT record at NAME.",
  "key-syntax": "Correct the TXT record at NAME. It needs p= with the whole public key in base64.",
  "key-revoked": "Sign with the key of another selector; this one was withdrawn.",
  "key-type": "Publish a key of the kind that signs at NAME, or use another selector for it.",
  "key-service": 'Take s= out of the record at NAME, or give it the value "email".',
  "key-hash": "Take h= out of the record at NAME.",
  "key-too-short": "Make a key of 2048 bits, and publish it under a new selector.",
  "key-too-long": "Make a key of 2048 bits, and publish it under a new selector.",
};
