"""The echo of lines as one writes it with asyncio's protocols, on uvloop.

    uvloop_server.py ADDRESS       a port of 127.0.0.1, or the path of a Unix socket
"""

import asyncio
import sys

import uvloop


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.at_line_start = True

    def data_received(self, data):
        inside, last = data[:-1], data[-1:]
        answer = inside.replace(b"\n", b"\nGOT:") + last
        self.transport.write(b"GOT:" + answer if self.at_line_start else answer)
        self.at_line_start = last == b"\n"


async def main(address):
    loop = asyncio.get_running_loop()
    if "/" in address:
        server = await loop.create_unix_server(Echo, address, backlog=4096)
    else:
        server = await loop.create_server(Echo, "127.0.0.1", int(address), backlog=4096)
    print("READY", flush=True)
    await server.serve_forever()


uvloop.install()
asyncio.run(main(sys.argv[1]))
