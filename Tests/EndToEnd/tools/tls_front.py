"""Speaks TLS on a port of loopback and passes on to another port.

    tls_front.py CERTIFICATE KEY PORT TARGET
"""

import asyncio
import ssl
import sys

certificate, key, port, target = sys.argv[1:]


async def pass_on(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()


async def serve(reader, writer):
    other = await asyncio.open_connection("127.0.0.1", int(target))
    await asyncio.gather(pass_on(reader, other[1]), pass_on(other[0], writer))


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    async with await asyncio.start_server(serve, "127.0.0.1", int(port), ssl=context) as server:
        await server.serve_forever()


asyncio.run(main())
