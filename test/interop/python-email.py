"""Reads mails, one in base64 a line, and says of each what it holds, as one JSON object a line."""

import base64
import json
import sys
from email import policy
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.utils import getaddresses

parser = BytesParser(policy=policy.default)


def people(mail, name):
    """By the older half of the package: in Python 3.11 the newer one puts spaces between encoded words of a name."""
    raw = [value for key, value in mail.raw_items() if key.lower() == name]
    fields = ["".join(str(value).splitlines()) for value in raw]
    return [{"address": a, "name": str(make_header(decode_header(n)))} for n, a in getaddresses(fields)]


def content(part):
    return base64.b64encode(part.get_payload(decode=True)).decode()


def described(mail):
    leaves = [part for part in mail.walk() if not part.is_multipart()]
    files = [part for part in leaves if part.get_content_disposition()]
    bodies = {part.get_content_type(): content(part) for part in leaves if not part.get_content_disposition()}
    return {
        "from": people(mail, "from"),
        "to": people(mail, "to"),
        "cc": people(mail, "cc"),
        "subject": str(mail["subject"]),
        "comment": str(mail["comments"]),
        "bodies": bodies,
        "files": [
            {
                "name": part.get_filename(),
                "bytes": content(part),
                "inline": part.get_content_disposition() == "inline",
            }
            for part in files
        ],
        "defects": [str(defect) for part in mail.walk() for defect in part.defects],
    }


for line in sys.stdin:
    print(json.dumps(described(parser.parsebytes(base64.b64decode(line)))), flush=True)
