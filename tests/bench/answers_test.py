"""What the servers that echo_server is compared with answer: a comparison is fair when all do the same.

    answers_test.py BUILD
"""

import os
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
_ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(_ROOT / "bench"))

from harness.servers import Running, Server, peers, raw_servers  # noqa: E402

_BUILD = Path(sys.argv.pop())
_PATIENCE_SECONDS = 20
_IO_URING_IS_MISSING = "io_uring_queue_init_params"


def expected(text: bytes) -> bytes:
    return b"GOT:" + text[:-1].replace(b"\n", b"\nGOT:") + text[-1:]


def exchange(running: Running, chunks: list[bytes]) -> bytes:
    """Sends chunk by chunk, each when the answer to what was before has come; the whole answer, to the end."""
    at = ("127.0.0.1", int(running.address)) if "/" not in running.address else running.address
    sent, received = b"", b""
    with socket.socket(socket.AF_INET if "/" not in running.address else socket.AF_UNIX) as end:
        end.settimeout(_PATIENCE_SECONDS)
        end.connect(at)
        for chunk in chunks:
            end.sendall(chunk)
            sent += chunk
            while len(received) < len(expected(sent)):
                received += end.recv(65536)
        end.shutdown(socket.SHUT_WR)
        while last := end.recv(65536):
            received += last
    return received


class Answers(unittest.TestCase):
    CHUNKS = {
        "a line": [b"Hello\n"],
        "a line that is split": [b"He", b"llo", b"\n", b"World\n"],
        "single bytes": [bytes([byte]) for byte in b"ab\n\nc\n"],
        "many lines at once": [b"a\nb\n\nccc\n" * 100],
        "an end inside a line": [b"a\nb\nHel", b"lo\nWor"],
        "newlines alone": [b"\n" * 3000],
        "every byte": [bytes(range(256)) * 20],
        "a line longer than every buffer": [b"x" * 300_000 + b"\n"],
    }

    def check(self, server: Server, transport: str) -> None:
        with tempfile.TemporaryDirectory() as directory:
            try:
                running = Running(server, transport, Path(directory), core=min(os.sched_getaffinity(0)))
            except RuntimeError as error:
                if _IO_URING_IS_MISSING in str(error):
                    self.skipTest(str(error))
                raise
            try:
                for name, chunks in self.CHUNKS.items():
                    with self.subTest(server=server.name, transport=transport, chunks=name):
                        self.assertEqual(exchange(running, chunks), expected(b"".join(chunks)))
                self.check_with_generator(running)
            finally:
                running.stop()

    def check_with_generator(self, running: Running) -> None:
        """Many connections at a time; it checks every reply itself."""
        for options in ("--connections 100", "--connections 7 --depth 33 --size 9", "--connections 8 --size 100000",
                        "--connections 5 --mode connecting", "--mode blocking", "--mode blocking --spin"):
            with self.subTest(server=running.server.name, options=options):
                command = [_BUILD / "bench/raw_client", *options.split(), "--warm-up", "0", "--seconds", "0.01"]
                finished = subprocess.run([*command, running.address], capture_output=True, text=True,
                                          timeout=_PATIENCE_SECONDS)
                self.assertEqual(finished.returncode, 0, finished.stderr)
                self.assertIn('"messages"', finished.stdout)

    def test_raw_servers_answer_lines(self) -> None:
        for server in raw_servers(_BUILD):
            for transport in ("tcp", "unix"):
                self.check(server, transport)

    def test_peers_that_are_built_answer_lines(self) -> None:
        for server in peers(_BUILD, _ROOT / "bench/peers"):
            if not server.missing:
                for transport in ("tcp", "unix"):
                    self.check(server, transport)

    def test_generator_notices_a_wrong_reply(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            generator = subprocess.Popen([_BUILD / "bench/raw_client", str(listener.getsockname()[1])],
                                         stderr=subprocess.PIPE, text=True)
            connection, _ = listener.accept()
            line = connection.recv(1000)
            connection.sendall(b"GOT:" + line[:-2] + b"!\n")
            self.assertIn("wrong reply", generator.communicate(timeout=_PATIENCE_SECONDS)[1])
            connection.close()
        self.assertEqual(generator.returncode, 1)


if __name__ == "__main__":
    unittest.main()
