"""What dkimpy says about signed mails: reads {"mails": [...], "records": {...}} and prints a word for each mail.

Each mail is base64, and its first signature is looked at. A record is a text, null if there is none, or "temporary".
"""

import base64
import json
import sys

import dkim

task = json.load(sys.stdin)


def lookup(name, timeout=5):
    text = task["records"].get(name.decode().rstrip(".").lower())
    if text == "temporary":
        raise dkim.DnsTimeoutError("no answer")
    return None if text is None else text.encode("latin-1")


def verdict(message):
    try:
        return "pass" if dkim.DKIM(message).verify(dnsfunc=lookup) else "fail"
    except dkim.DnsTimeoutError:
        return "temperror"
    except dkim.DKIMException as error:
        return "permerror " + str(error)
    except Exception as error:  # what it does not expect
        return "crash " + repr(error)


json.dump([verdict(base64.b64decode(mail)) for mail in task["mails"]], sys.stdout)
