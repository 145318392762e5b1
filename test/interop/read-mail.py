"""Reads a mail from standard input with Python's email package and prints what it understood, as JSON."""

import base64
import email
import email.policy
import json
import sys

message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.SMTPUTF8)


def read(part):
    found = {
        "type": part.get_content_type(),
        "disposition": part.get_content_disposition(),
        "filename": part.get_filename(),
        "contentId": part["Content-ID"],
        "defects": [str(defect) for defect in part.defects]
        + [f"{name}: {defect}" for name, value in part.items() for defect in value.defects],
    }
    if part.is_multipart():
        return found | {"parts": [read(inner) for inner in part.iter_parts()]}
    if part.get_content_maintype() == "text" and not part.is_attachment():
        return found | {"text": part.get_content().replace("\r\n", "\n")}
    return found | {"content": base64.b64encode(part.get_payload(decode=True)).decode()}


def addresses(field):
    # Python 3.11 keeps the white space between adjacent encoded words in a display name, which RFC 2047 6.2 drops.
    return [["".join(a.display_name.split()), a.addr_spec] for a in message[field].addresses] if field in message else []


print(
    json.dumps(
        {
            "headers": [[name, str(value)] for name, value in message.items()],
            "from": addresses("From"),
            "to": addresses("To"),
            "cc": addresses("Cc"),
            "body": read(message),
        }
    )
)
