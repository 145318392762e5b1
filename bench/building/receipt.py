"""Builds as many mails as are asked for, of the size and kind of the receipt in run.ts, with Python's email package."""

import sys
from email.message import EmailMessage
from email.policy import SMTP

sentence = "Grüße aus Köln, liebe Zoë! Deine 3 Gläser Quittengelee für 12,50 € sind unterwegs."
text = f"{sentence}\n" * 12
html = f"<h1>Grüße aus Köln</h1>\n" + f"<p>{sentence}</p>\n" * 20

for number in range(int(sys.argv[1])):
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "Köln Versand <shop@example.com>"
    mail["To"] = "Zoë Müller <jane@example.net>"
    mail["Subject"] = f"Deine Bestellung Nº {number} – danke!"
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    mail.as_bytes()
