"""aiosmtpd on the port that is given: takes every mail and throws it away."""
import asyncio
import sys

from aiosmtpd.smtp import SMTP


class Handler:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), data_size_limit=0), "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()


asyncio.run(main())
