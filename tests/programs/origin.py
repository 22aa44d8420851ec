"""The server that gotback descends from, written anew from its description.

A handler is a generator that says what it waits for, and a loop parks it until that is ready. Tests compare the bytes
that echo_server answers in its `chunk` framing with those of this one.

    origin.py PORT      0 is any free port; the port is printed first, alone on a line
"""

import collections
import select
import socket
import sys


class Scheduler:
    """Runs generators. A generator yields ('recv', sock) or ('send', sock) and goes on when sock is ready for it."""

    def __init__(self):
        self.ready = collections.deque()
        self.waiting = {'recv': {}, 'send': {}}

    def start(self, task):
        self.ready.append(task)

    def run(self):
        while self.ready or any(self.waiting.values()):
            if not self.ready:
                self.wait()
            task = self.ready.popleft()
            try:
                reason, sock = next(task)
            except StopIteration:
                continue
            self.waiting[reason][sock] = task

    def wait(self):
        receivable, sendable, _ = select.select(self.waiting['recv'], self.waiting['send'], [])
        for sock in receivable:
            self.ready.append(self.waiting['recv'].pop(sock))
        for sock in sendable:
            self.ready.append(self.waiting['send'].pop(sock))


def serve(scheduler, listener):
    while True:
        yield 'recv', listener
        client, address = listener.accept()
        print('Connection from', address, flush=True)
        scheduler.start(handle(client))


def handle(client):
    while True:
        yield 'recv', client
        data = client.recv(1000)
        if not data:
            break
        answer = b'GOT:' + data
        while answer:
            yield 'send', client
            answer = answer[client.send(answer):]
    client.close()
    print('Connection closed', flush=True)


def main():
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(('127.0.0.1', int(sys.argv[1])))
    listener.listen(128)
    print(listener.getsockname()[1], flush=True)
    scheduler = Scheduler()
    scheduler.start(serve(scheduler, listener))
    scheduler.run()


if __name__ == '__main__':
    main()
