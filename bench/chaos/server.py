"""A server that can be made sick: python3 -m chaos.server PROTOCOL PORT CONTROL. It listens for calls on the port, and on the Unix socket CONTROL for
what to do: a line of JSON such as {"behave": "capacity", "calls": 4, "ms": 20}, answered, when it is done, by the
number of connections that it had."""

import ctypes
import heapq
import json
import select
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Callable

from . import wire
from .wire import Message

# What a server does when it is not told otherwise, and the ways in which it can be sick.
OK, DOWN, LEAVING = "ok", "down", "leaving"
CLOSES_ON_ACCEPT, CLOSES_ON_REQUEST, FAILS, SPOILS_SUMS = "close-on-accept", "close-on-request", "status-500", "bad-checksum"
STANDS_STILL, VANISHED, SLOW, IN_TURN, CAPACITY = "stand-still", "vanish", "slow", "in-turn", "capacity"

# From linux/asm-generic/socket.h; Python does not name them.
SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
_DROPS_ALL = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))
_DROPS_ALL_PROGRAM = struct.pack("HxxxxxxP", 1, ctypes.addressof(_DROPS_ALL))

READ_BYTES = 256 * 1024
# A peer that does not take its replies is not read from.
UNSENT_BYTES_MAX = 1024 * 1024


class Connection:
    def __init__(self, accepted: socket.socket, protocol: str) -> None:
        self.socket = accepted
        self.reader = wire.reader(protocol, reads_replies=False)
        self.unsent = bytearray()
        self.free_at = 0.0
        self.is_open = True


class Server:
    def __init__(self, protocol: str, port: int, control: str) -> None:
        self._protocol = protocol
        self._port = port
        self._epoll = select.epoll()
        self._connections: dict[int, Connection] = {}
        self._behaviour = OK
        self._calls = self._in_service = 0
        self._seconds = 0.0
        self._waiting: deque[tuple[float, Connection, Message]] = deque()
        # What is due: time, a number that keeps equal times in order, and what to do at that time.
        self._due: list[tuple[float, int, Callable[[float], None]]] = []
        self._numbers = 0
        self._listener: socket.socket | None = None
        self._control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._control.bind(control)
        self._control.listen()
        self._epoll.register(self._control, select.EPOLLIN)
        self._listen()

    def run(self) -> None:
        while True:
            wait = max(0.0, self._due[0][0] - time.monotonic()) if self._due else None
            for number, events in self._epoll.poll(wait):
                self._handle(number, events)
            # A service that ended is followed by the next at that very time, however late this program woke up: so the capacity holds.
            while self._due and self._due[0][0] <= time.monotonic():
                at, _, ends = heapq.heappop(self._due)
                ends(at)

    def _handle(self, number: int, events: int) -> None:
        if number == self._control.fileno():
            self._obey()
        elif self._listener is not None and number == self._listener.fileno():
            self._accept()
        elif connection := self._connections.get(number):
            if events & select.EPOLLOUT:
                self._send(connection, b"")
            if events & ~select.EPOLLOUT and connection.is_open:
                self._read(connection)

    def _obey(self) -> None:
        commander, _ = self._control.accept()
        with commander, commander.makefile("rw") as lines:
            command = json.loads(lines.readline())
            connections = len(self._connections)
            self._behave(**command)
            lines.write(f"{connections}\n")

    def _behave(self, behave: str, calls: int = 0, ms: float = 0) -> None:
        self._leave(self._behaviour)
        self._behaviour = behave
        self._calls, self._seconds = calls, ms / 1000
        if behave in (DOWN, LEAVING):
            self._stop_listening()
            for connection in list(self._connections.values()):
                if behave == LEAVING:
                    self._read(connection)
                self._close(connection, aborts=behave == DOWN)
        elif self._listener is None:
            self._listen()
        if behave == CLOSES_ON_ACCEPT:
            for connection in list(self._connections.values()):
                self._close(connection)
        if behave == VANISHED:
            for peer in self._sockets():
                peer.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, _DROPS_ALL_PROGRAM)
        if behave == STANDS_STILL:
            for peer in self._sockets():
                self._epoll.unregister(peer)

    def _leave(self, behaviour: str) -> None:
        if behaviour == VANISHED:
            for peer in self._sockets():
                peer.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
        if behaviour == STANDS_STILL:
            for peer in self._sockets():
                self._epoll.register(peer, select.EPOLLIN)

    def _sockets(self) -> list[socket.socket]:
        return [connection.socket for connection in self._connections.values()] + ([self._listener] if self._listener else [])

    def _listen(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self._port), backlog=4096)
        self._listener.setblocking(False)
        self._epoll.register(self._listener, select.EPOLLIN)

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _accept(self) -> None:
        assert self._listener is not None
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            accepted.setblocking(False)
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._behaviour == CLOSES_ON_ACCEPT:
                accepted.close()
                continue
            self._connections[accepted.fileno()] = Connection(accepted, self._protocol)
            self._epoll.register(accepted, select.EPOLLIN)

    def _read(self, connection: Connection) -> None:
        try:
            data = connection.socket.recv(READ_BYTES)
            requests = connection.reader.feed(data)
        except BlockingIOError:
            return
        except (OSError, ValueError):
            data, requests = b"", []
        if not data:
            self._close(connection)
            return
        for request in requests:
            if connection.is_open:
                self._serve(connection, request)

    def _serve(self, connection: Connection, request: Message) -> None:
        now = time.monotonic()
        if self._behaviour == CLOSES_ON_REQUEST:
            self._close(connection)
        elif self._behaviour == SLOW:
            self._at(now + self._seconds, lambda _: self._reply(connection, request))
        elif self._behaviour == IN_TURN:
            connection.free_at = max(now, connection.free_at) + (self._seconds if request.meta == wire.SLOW else 0)
            self._at(connection.free_at, lambda _: self._reply(connection, request))
        elif self._behaviour == CAPACITY:
            self._waiting.append((now, connection, request))
            self._begin_services(now)
        else:
            self._reply(connection, request)

    def _begin_services(self, at: float) -> None:
        while self._waiting and self._in_service < self._calls:
            came_at, connection, request = self._waiting.popleft()
            self._in_service += 1
            self._at(max(at, came_at) + self._seconds, lambda ended_at, c=connection, r=request: self._end_service(ended_at, c, r))

    def _end_service(self, at: float, connection: Connection, request: Message) -> None:
        self._in_service -= 1
        self._begin_services(at)
        self._reply(connection, request)

    def _at(self, due: float, do: Callable[[float], None]) -> None:
        self._numbers += 1
        heapq.heappush(self._due, (due, self._numbers, do))

    def _reply(self, connection: Connection, request: Message) -> None:
        if not connection.is_open:
            return
        if self._protocol == wire.SMF:
            reply = wire.smf_reply(request, 500 if self._behaviour == FAILS else 200, self._behaviour == SPOILS_SUMS)
        else:
            reply = wire.frame_reply(request, self._behaviour == FAILS)
        self._send(connection, reply)

    def _send(self, connection: Connection, data: bytes) -> None:
        connection.unsent += data
        try:
            sent = connection.socket.send(connection.unsent)
            del connection.unsent[:sent]
        except BlockingIOError:
            pass
        except OSError:
            self._close(connection)
            return
        if self._behaviour != STANDS_STILL:
            reads = select.EPOLLIN if len(connection.unsent) < UNSENT_BYTES_MAX else 0
            self._epoll.modify(connection.socket, reads | (select.EPOLLOUT if connection.unsent else 0))

    def _close(self, connection: Connection, aborts: bool = False) -> None:
        if not connection.is_open:
            return
        connection.is_open = False
        del self._connections[connection.socket.fileno()]
        if aborts:
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.socket.close()


def main() -> None:
    protocol, port, control = sys.argv[1:]
    Server(protocol, int(port), control).run()


if __name__ == "__main__":
    main()
