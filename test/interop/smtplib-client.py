"""Sends standard input as a mail by smtplib, in the way that its argument says."""

import json
import smtplib
import ssl
import sys

how = json.loads(sys.argv[1])
context = ssl.create_default_context(cadata=how["ca"])
if how["tls"] == "implicit":
    client = smtplib.SMTP_SSL("localhost", how["port"], "client.example", context=context)
else:
    client = smtplib.SMTP("localhost", how["port"], "client.example")
with client:
    if how["tls"] == "starttls":
        client.starttls(context=context)
    if "mechanism" in how:
        client.ehlo()
        client.user, client.password = how["user"], how["secret"]
        method = "auth_" + how["mechanism"].lower().replace("-", "_")
        client.auth(how["mechanism"], getattr(client, method))
    message = sys.stdin.buffer.read()
    client.sendmail(how["from"], how["to"], message, how["options"], how["recipientOptions"])
