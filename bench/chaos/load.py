"""Callers that begin each call at its time, whatever became of those before: python3 -m chaos.load PLAN RESULT, both files of JSON.

A caller of smf has many calls on a connection, one of frame has a connection for each call at a time. The result is a list of calls: when it
began and when it ended, both in seconds of the monotonic clock, its outcome and its status."""

import json
import select
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import wire
from .wire import Message

RIGHT, REFUSED, WRONG, LOST, UNANSWERED = "right", "refused", "wrong", "lost", "unanswered"
OUTCOMES = [RIGHT, REFUSED, WRONG, LOST, UNANSWERED]

LOOPBACK = "127.0.0.1"
# From linux/in.h; Python 3.11 does not name it.
IP_BIND_ADDRESS_NO_PORT = 24

SUCCESS = 200
SESSIONS = 65536


@dataclass
class Plan:
    protocol: str
    port: int
    begin_at: float
    # Calls a second, and for how many seconds, one after the other.
    phases: list[tuple[float, float]] = field(default_factory=list)
    # At this second as many calls of these methods at once.
    bursts: list[tuple[float, list[tuple[int, int]]]] = field(default_factory=list)
    connections: int = 16
    # A caller gives a call up, and with it the connection, as clients with a time limit do.
    patience_seconds: float = 2.0
    # Another caller for those who count by address.
    source: str = LOOPBACK

    def calls(self) -> Iterator[tuple[float, int]]:
        at = self.begin_at
        for rate, seconds in self.phases:
            for number in range(round(rate * seconds)):
                yield at + number / rate, wire.FAST
            at += seconds
        for second, groups in self.bursts:
            for method, count in groups:
                yield from ((self.begin_at + second, method) for _ in range(count))

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)))


class Call:
    __slots__ = ("connection", "is_done", "method", "session", "started_at", "tag")

    def __init__(self, started_at: float, method: int, tag: int) -> None:
        self.started_at, self.method, self.tag = started_at, method, tag
        self.is_done, self.session = False, 0
        self.connection: Connection | None = None


class Connection:
    def __init__(self, plan: Plan, epoll: select.epoll) -> None:
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if plan.source != LOOPBACK:
            # The port is chosen by connect, which can take one that is in use towards another address.
            self.socket.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
            self.socket.bind((plan.source, 0))
        self.socket.connect_ex((LOOPBACK, plan.port))
        self.reader = wire.reader(plan.protocol, reads_replies=True)
        self.unsent = bytearray()
        self.calls: dict[int, Call] = {}
        self.last_session = 0
        self.is_made = False
        epoll.register(self.socket, select.EPOLLIN | select.EPOLLOUT)

    def free_session(self) -> int:
        session = (self.last_session + 1) % SESSIONS
        while session in self.calls:
            session = (session + 1) % SESSIONS
        self.last_session = session
        return session


class Load:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._is_smf = plan.protocol == wire.SMF
        self._epoll = select.epoll()
        self._by_number: dict[int, Connection] = {}
        # Of smf in turn, of frame those without a call.
        self._shared: list[Connection] = []
        self._free: list[Connection] = []
        self._unanswered: deque[Call] = deque()
        self._begun = 0
        self._in_flight = 0
        self.records: list[tuple[float, float, str, int]] = []

    def run(self) -> None:
        made = [self._connect() for _ in range(self._plan.connections)]
        if self._is_smf:
            self._shared = made
        else:
            self._free = made
        calls = self._plan.calls()
        upcoming = next(calls, None)
        while upcoming or self._in_flight:
            now = time.monotonic()
            while upcoming and upcoming[0] <= now:
                # From now on, and not from when it was due: a late generator is not the gateway's fault, and it never waits for a reply.
                self._begin(time.monotonic(), upcoming[1])
                upcoming = next(calls, None)
            self._give_up(now)
            wait = 0.05 if upcoming is None else min(0.05, upcoming[0] - time.monotonic())
            for number, events in self._epoll.poll(max(0.0, wait)):
                if connection := self._by_number.get(number):
                    self._handle(connection, events)

    def _connect(self) -> Connection:
        connection = Connection(self._plan, self._epoll)
        self._by_number[connection.socket.fileno()] = connection
        return connection

    def _begin(self, started_at: float, method: int) -> None:
        call = Call(started_at, method, self._begun % wire.TAGS)
        self._begun += 1
        self._in_flight += 1
        self._unanswered.append(call)
        if self._is_smf:
            place = self._begun % len(self._shared)
            if self._shared[place].socket.fileno() < 0:
                self._shared[place] = self._connect()
            self._put(call, self._shared[place])
        else:
            self._put(call, self._free.pop() if self._free else self._connect())

    def _put(self, call: Call, connection: Connection) -> None:
        call.connection = connection
        call.session = connection.free_session() if self._is_smf else 0
        connection.calls[call.session] = call
        connection.unsent += wire.request(self._plan.protocol, call.method, call.session, call.tag)
        if connection.is_made:
            self._send(connection)

    def _send(self, connection: Connection) -> None:
        try:
            del connection.unsent[: connection.socket.send(connection.unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self._lose(connection, LOST)
            return
        self._epoll.modify(connection.socket, select.EPOLLIN | (select.EPOLLOUT if connection.unsent else 0))

    def _handle(self, connection: Connection, events: int) -> None:
        if events & select.EPOLLOUT:
            connection.is_made = True
            self._send(connection)
        if events & ~select.EPOLLOUT and connection.socket.fileno() >= 0:
            self._read(connection)

    def _read(self, connection: Connection) -> None:
        try:
            data = connection.socket.recv(256 * 1024)
            replies = connection.reader.feed(data)
        except BlockingIOError:
            return
        except (OSError, ValueError):
            data, replies = b"", []
        for reply in replies:
            self._take(connection, reply)
        if not data:
            self._lose(connection, LOST)

    def _take(self, connection: Connection, reply: Message) -> None:
        call = connection.calls.pop(reply.session, None)
        if call is None:
            # Of no call: it belongs to another, or comes twice.
            self._record(time.monotonic(), WRONG, reply.meta)
            return
        if reply.meta != SUCCESS:
            outcome = REFUSED
        else:
            outcome = RIGHT if reply.tag == call.tag else WRONG
        self._end(call, outcome, reply.meta)
        if not self._is_smf:
            self._free.append(connection)

    def _lose(self, connection: Connection, outcome: str) -> None:
        if connection.socket.fileno() < 0:
            return
        del self._by_number[connection.socket.fileno()]
        connection.socket.close()
        if connection in self._free:
            self._free.remove(connection)
        for call in connection.calls.values():
            self._end(call, outcome, 0)
        connection.calls.clear()

    def _give_up(self, now: float) -> None:
        while self._unanswered and (self._unanswered[0].is_done or self._unanswered[0].started_at + self._plan.patience_seconds <= now):
            call = self._unanswered.popleft()
            if not call.is_done and call.connection:
                self._lose(call.connection, UNANSWERED)

    def _end(self, call: Call, outcome: str, status: int) -> None:
        call.is_done = True
        self._in_flight -= 1
        self._record(call.started_at, outcome, status)

    def _record(self, started_at: float, outcome: str, status: int) -> None:
        self.records.append((started_at, time.monotonic(), outcome, status))


def main() -> None:
    plan_file, result_file = sys.argv[1:]
    load = Load(Plan(**json.loads(Path(plan_file).read_text())))
    load.run()
    Path(result_file).write_text(json.dumps(load.records))


if __name__ == "__main__":
    main()
