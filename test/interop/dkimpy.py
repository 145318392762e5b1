"""Signs and verifies by dkimpy: reads one JSON object, prints another.

{"verify": [mail in base64, ...], "records": {name: record}}: for each mail, for each signature, whether it holds.
{"sign": [{"message", "selector", "domain", "key", "algorithm", "canonicalization"}, ...]}: the signed mails.
"""

import base64
import json
import sys

import dkim


def verdicts(message, records):
    mail = dkim.DKIM(message)
    count = sum(1 for name, _ in mail.headers if name.lower() == b"dkim-signature")

    def lookup(name, timeout=5):
        return records[name.decode().rstrip(".")].encode()

    verdict = []
    for index in range(count):
        try:
            verdict.append("holds" if mail.verify(idx=index, dnsfunc=lookup) else "does not hold")
        except dkim.DKIMException as error:
            verdict.append(repr(error))
    return verdict


def signed(how):
    message = base64.b64decode(how["message"])
    field = dkim.sign(
        message,
        how["selector"].encode(),
        how["domain"].encode(),
        how["key"].encode(),
        canonicalize=tuple(form.encode() for form in how["canonicalization"].split("/")),
        signature_algorithm=how["algorithm"].encode(),
    )
    return base64.b64encode(field + message).decode()


task = json.load(sys.stdin)
if "verify" in task:
    answer = [verdicts(base64.b64decode(message), task["records"]) for message in task["verify"]]
else:
    answer = [signed(how) for how in task["sign"]]
json.dump(answer, sys.stdout)
