"""Python's smtplib, a thread for each connection: the course as JSON, then sender, recipient and text, on its command line."""

import json
import smtplib
import ssl
import sys
import threading
import time
from email.message import EmailMessage

course, sender, recipient, text = json.loads(sys.argv[1]), *sys.argv[2:5]
answered = []


def send():
    if "ca" in course:
        context = ssl.create_default_context(cafile=course["ca"])
        connection = smtplib.SMTP_SSL("127.0.0.1", course["port"], context=context)
    else:
        connection = smtplib.SMTP("127.0.0.1", course["port"])
    number = 0
    while True:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, recipient, f"Your order {number}"
        message.set_content(text)
        connection.send_message(message)
        answered.append(time.perf_counter())
        number += 1


def until(seconds, achieved):
    time.sleep(seconds)
    while not achieved():
        time.sleep(0.005)


for _ in range(course["connections"]):
    threading.Thread(target=send, daemon=True).start()
until(course["warmUp"], lambda: len(answered) > 0)  # No compiler is to be warmed up.
cpu, begun = time.process_time(), len(answered) - 1
until(course["seconds"], lambda: len(answered) - 1 - begun >= course["connections"])
cpu, total = time.process_time() - cpu, len(answered) - 1 - begun
count = total - total % course["connections"]
seconds = answered[begun + count] - answered[begun]
print(json.dumps({"count": count, "seconds": seconds, "cpuSeconds": cpu * count / total}))
