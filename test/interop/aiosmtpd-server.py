"""aiosmtpd on the ports and with the users that its argument names; it delivers into a maildir as the other servers do."""

import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

setting = json.loads(sys.argv[1])
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(setting["certificate"], setting["key"])
delivered = 0


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        local, _, domain = address.rpartition("@")
        if domain != setting["domain"]:
            return "550 5.7.1 this instance relays nothing"
        if local.startswith("nobody"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        global delivered
        for recipient in envelope.rcpt_tos:
            delivered += 1
            secure = server.transport.get_extra_info("ssl_object")
            protocol = ["ESMTP", "S" if secure else "", "A" if session.authenticated else ""]
            fields = [
                f"Return-Path: <{envelope.mail_from or ''}>",
                f"Delivered-To: {recipient}",
                f"Received: from {session.host_name} by mx.aiosmtpd.example with {''.join(protocol)} ({secure and secure.version()})",
                "",
            ]
            temporary = os.path.join(setting["inbox"], "tmp", str(delivered))
            with open(temporary, "wb") as file:
                file.write("\n".join(fields).encode() + envelope.original_content.replace(b"\r\n", b"\n"))
            os.rename(temporary, os.path.join(setting["inbox"], "new", str(delivered)))
        return "250 2.0.0 OK"


def authenticate(server, session, envelope, mechanism, data):
    right = data.login.decode() == setting["user"] and data.password.decode() == setting["password"]
    return AuthResult(success=right)


async def main():
    loop = asyncio.get_running_loop()
    for service in setting["services"]:
        tls = service["tls"]

        def create(tls=tls, auth=service["auth"]):
            return SMTP(
                Handler(),
                hostname="mx.aiosmtpd.example",
                enable_SMTPUTF8=True,
                data_size_limit=30_000_000,
                tls_context=context if tls == "starttls" else None,
                require_starttls=tls == "starttls",
                authenticator=authenticate,
                auth_required=auth,
                # With TLS from the first octet aiosmtpd does not know of it.
                auth_require_tls=not (auth and tls in ("none", "wrapper")),
                loop=loop,
            )

        await loop.create_server(
            create, "127.0.0.1", service["port"], ssl=context if tls == "wrapper" else None
        )
    await asyncio.Event().wait()


asyncio.run(main())
