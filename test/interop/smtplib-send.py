"""Sends standard input as a mail by smtplib, the client that stands for all others when the harness tests itself."""

import base64
import json
import smtplib
import ssl
import sys

how = json.loads(sys.argv[1])
context = ssl.create_default_context(cadata=how["ca"])
if how["tls"] == "wrapper":
    client = smtplib.SMTP_SSL("127.0.0.1", how["port"], context=context)
else:
    client = smtplib.SMTP("127.0.0.1", how["port"])
with client:
    if how["tls"] == "starttls":
        client.starttls(context=context)
    if "user" in how:
        client.ehlo()
        # smtplib's own login() knows ASCII only.
        secret = f"\0{how['user']}\0{how['password']}".encode()
        code, text = client.docmd("AUTH", "PLAIN " + base64.b64encode(secret).decode())
        if code != 235:
            raise SystemExit(f"AUTH: {code} {text}")
    message = sys.stdin.buffer.read()
    client.sendmail(how["from"], how["to"], message, how["options"], how["recipientOptions"])
