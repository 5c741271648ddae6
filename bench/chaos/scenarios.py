"""The scenarios: what happens, and what is to be reached."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import hostile, server, wire
from .contenders import GATEWAY, HAPROXY
from .figures import AT_LEAST, Figure
from .records import Records
from .stage import Stage

# Of the fixed servers: 4 calls at a time of 20 ms are 200 a second, and three servers have three times that.
CALLS_AT_A_TIME, SERVICE_MS = 4, 20
CAPACITY = 3 * CALLS_AT_A_TIME / SERVICE_MS * 1000

# How long a call may wait in the gateway for its turn before it is refused.
QUEUE_MS = 200

# All that the gateway may use, and what it has before the first call.
MEMORY_OPTION = {"limits.memoryBytesMax": "128MiB"}
MEMORY_MEBIBYTES_MAX = 128 + 20

# Fast calls behind slow ones are to be late, and not to fail.
PATIENT_OPTION = {"routes.0.timeout": "60s"}

DECLARED_OPTION = {"backends.servers.callsPerConnectionMax": 1}

# Undisturbed, before something happens.
CALM_SECONDS = 2.0


@dataclass(frozen=True)
class Played:
    records: Records
    figures: list[Figure]


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    play: Callable[[Stage], Played]
    # About how long it takes, and how long when it is quick.
    full_seconds: float
    quick_seconds: float
    formats: list[str] = field(default_factory=lambda: list(wire.FORMATS))
    contenders: list[str] = field(default_factory=lambda: [GATEWAY, HAPROXY])
    # Options of the gateway, which a binary may not know yet.
    options: dict[str, Any] = field(default_factory=dict)
    is_in_quick_run: bool = False


def failed(records: Records, after: float, limit: float | None, what: str = "calls failed") -> Figure:
    return Figure(what, len(records.between(after).failed()), limit=limit)


def failed_at_the_end(records: Records, workers: int) -> Figure:
    """Whether it goes on failing. A call of each worker may try whether the server is well again."""
    return Figure("calls failed in the last second", len(records.between(records.calls[-1].began - 1).failed()), limit=workers)


def one_server(behaviour: str, limit_a_worker: int) -> Callable[[Stage], Played]:
    """One of three turns sick under load, and stays so."""

    def play(stage: Stage) -> Played:
        sick_seconds = stage.seconds(10, 3)
        load = stage.load((stage.rate, CALM_SECONDS + sick_seconds))
        stage.at(CALM_SECONDS)
        sick_at = stage.mark("one server is sick")
        stage.servers[0].behave(behaviour)
        records = stage.records(load)
        return Played(records, [failed(records, sick_at, limit_a_worker * stage.workers), failed_at_the_end(records, stage.workers)])

    return play


def stands_still(stage: Stage) -> Played:
    still_seconds = stage.seconds(10, 3)
    load = stage.load((stage.rate, CALM_SECONDS + still_seconds + 2))
    stage.at(CALM_SECONDS)
    still_at = stage.mark("one stands still")
    stage.servers[0].behave(server.STANDS_STILL)
    stage.at(CALM_SECONDS + still_seconds)
    stage.mark("it goes on")
    stage.servers[0].behave(server.OK)
    records = stage.records(load)
    return Played(records, [failed(records, still_at, 8)])


def stands_still_with_few_calls(stage: Stage) -> Played:
    still_seconds = stage.seconds(60, 12)
    # One after the other through every server once, so that all are connected.
    load = stage.load((10, CALM_SECONDS), (1, still_seconds), connections=4)
    stage.at(CALM_SECONDS)
    still_at = stage.mark("one stands still")
    stage.servers[0].behave(server.STANDS_STILL)
    records = stage.records(load)
    return Played(records, [failed(records, still_at, 3)])


def vanishes(stage: Stage) -> Played:
    load = stage.load((stage.rate, CALM_SECONDS + stage.seconds(15, 4)))
    stage.at(CALM_SECONDS)
    gone_at = stage.mark("packets of one vanish")
    connections = stage.servers[0].behave(server.VANISHED)
    records = stage.records(load)
    return Played(records, [failed(records, gone_at, 5 * connections), Figure("connections to it", connections), failed_at_the_end(records, stage.workers)])


def all_down(stage: Stage) -> Played:
    down_seconds = stage.seconds(10, 2)
    load = stage.load((stage.rate / 2, CALM_SECONDS + down_seconds + stage.seconds(8, 5)))
    stage.at(CALM_SECONDS)
    stage.mark("all down")
    stage.behave(server.DOWN)
    stage.at(CALM_SECONDS + down_seconds)
    back_at = stage.mark("all back")
    stage.behave(server.OK)
    records = stage.records(load)
    return Played(records, [Figure("full service after", records.seconds_until_full_service(back_at), " s", limit=0.3)])


def overload(stage: Stage) -> Played:
    stage.behave(server.CAPACITY, calls=CALLS_AT_A_TIME, ms=SERVICE_MS)
    over_seconds = stage.seconds(30, 5)
    load = stage.load((CAPACITY / 2, CALM_SECONDS), (2 * CAPACITY, over_seconds))
    stage.at(CALM_SECONDS)
    stage.mark("twice the capacity")
    records = stage.records(load)
    # The first second may be spent on finding out.
    over = records.between(CALM_SECONDS + 1)
    unloaded = records.between(0.5, CALM_SECONDS).p99_milliseconds() or 0.0
    goodput = 100 * len(over.right()) / (over_seconds - 1) / CAPACITY
    return Played(records, [
        Figure("goodput, of the capacity", goodput, "%", AT_LEAST, 90),
        Figure("p99 of what is served", over.p99_milliseconds(), " ms", limit=2 * unloaded + QUEUE_MS),
        Figure("p99 unloaded", unloaded, " ms"),
    ])


def burst(stage: Stage) -> Played:
    stage.behave(server.CAPACITY, calls=CALLS_AT_A_TIME, ms=SERVICE_MS)
    usual, burst_seconds = 0.75 * CAPACITY, 3.0
    load = stage.load((usual, CALM_SECONDS), (3.25 * CAPACITY, burst_seconds), (usual, stage.seconds(20, 4)))
    stage.at(CALM_SECONDS)
    stage.mark("3.25 × the capacity")
    stage.at(CALM_SECONDS + burst_seconds)
    over_at = stage.mark("75 % again")
    records = stage.records(load)
    return Played(records, [Figure("full service after", records.seconds_until_full_service(over_at), " s", limit=1.0)])


def serves_in_turn(needs: str | None) -> Callable[[Stage], Played]:
    """Bursts of slow and fast calls, each from a caller of its own, to servers that serve one call at a time on a connection. Compared with no proxy."""
    groups = [(wire.SLOW, 32), (wire.FAST, 10)]
    callers = 42

    def play(stage: Stage) -> Played:
        slow_ms = stage.seconds(400, 60)
        stage.behave(server.IN_TURN, ms=slow_ms)
        # As long as all slow calls take on one connection.
        pause = 32 * slow_ms / 1000 + 1
        direct = stage.records(stage.load(directly=True, bursts=[(1.0, groups)], connections=callers, patience_seconds=60.0))
        # Through three servers there is less to wait for, but direct is one server; so are those of the contender.
        for other in stage.servers[1:]:
            other.behave(server.DOWN)
        load = stage.load(bursts=[(1.0 + number * pause, groups) for number in range(3)], connections=callers, patience_seconds=60.0)
        records = stage.records(load)
        first_at = records.calls[0].began - 0.1
        bursts = [records.between(first_at + number * pause, first_at + (number + 1) * pause) for number in range(3)]
        limit = 1.2 * _makespan_ms(direct)
        from_second = max(_makespan_ms(later) for later in bursts[1:])
        return Played(records, [
            Figure("first burst", _makespan_ms(bursts[0]), " ms", limit=limit if needs else None, needs=needs),
            Figure("later bursts", from_second, " ms", limit=limit, needs=needs),
            Figure("direct", _makespan_ms(direct), " ms"),
            failed(records, 0, 0),
        ])

    return play


def _makespan_ms(records: Records) -> float:
    return 1000 * (max(call.ended for call in records.calls) - min(call.began for call in records.calls))


def beside(kind: str, full_connections: int, quick_connections: int) -> Callable[[Stage], Played]:
    """Hostile callers beside others."""

    def play(stage: Stage) -> Played:
        seconds = stage.seconds(15, 4)
        load = stage.load((stage.rate / 2, CALM_SECONDS + seconds))
        stage.hurt(kind, CALM_SECONDS, seconds, round(stage.seconds(full_connections, quick_connections)))
        stage.at(CALM_SECONDS)
        begun_at = stage.mark(kind.replace("-", " "))
        return _others(stage, stage.records(load), begun_at)

    return play


def greedy(stage: Stage) -> Played:
    stage.behave(server.CAPACITY, calls=CALLS_AT_A_TIME, ms=SERVICE_MS)
    seconds = stage.seconds(15, 4)
    load = stage.load((CAPACITY / 4, CALM_SECONDS + seconds + 1))
    stage.load((4 * CAPACITY, seconds), start=CALM_SECONDS, connections=9, source="127.0.0.2")
    stage.at(CALM_SECONDS)
    begun_at = stage.mark("one greedy caller")
    return _others(stage, stage.records(load), begun_at)


def _others(stage: Stage, records: Records, begun_at: float) -> Played:
    calm = records.between(0.5, begun_at).p99_milliseconds()
    disturbed = records.between(begun_at).p99_milliseconds()
    return Played(records, [
        Figure("p99 of the others", disturbed / calm if calm and disturbed else None, " ×", limit=1.5),
        failed(records, begun_at, 0, "calls of the others failed"),
        Figure("peak memory", stage.peak_mebibytes(), " MiB", limit=MEMORY_MEBIBYTES_MAX, needs=next(iter(MEMORY_OPTION))),
    ])


def killed(stage: Stage) -> Played:
    load = stage.load((stage.rate, CALM_SECONDS + stage.seconds(6, 2)))
    stage.at(CALM_SECONDS)
    killed_at = stage.mark("SIGKILL of one")
    stage.servers[0].kill()
    records = stage.records(load)
    return Played(records, [failed(records, killed_at, 0)])


def restarted(stage: Stage) -> Played:
    """Each server stops listening, answers what it has read, closes its connections, and is back a while later."""
    away, between = stage.seconds(1, 0.5), stage.seconds(2, 0.5)
    load = stage.load((stage.rate, CALM_SECONDS + 3 * (away + between) + 1))
    for number, restarting in enumerate(stage.servers):
        stage.at(CALM_SECONDS + number * (away + between))
        stage.mark(f"server {number + 1} restarts")
        restarting.behave(server.LEAVING)
        stage.at(CALM_SECONDS + number * (away + between) + away)
        restarting.behave(server.OK)
    records = stage.records(load)
    return Played(records, [failed(records, CALM_SECONDS, 0)])


ONLY_GATEWAY = [GATEWAY]

SCENARIOS = [
    Scenario("close-on-accept", "one of three servers accepts and closes", one_server(server.CLOSES_ON_ACCEPT, 10), 14, 7, is_in_quick_run=True),
    Scenario("close-on-request", "one closes on each request", one_server(server.CLOSES_ON_REQUEST, 10), 14, 7),
    Scenario("status-500", "one answers 500 or Error 3", one_server(server.FAILS, 20), 14, 7, is_in_quick_run=True),
    Scenario("bad-checksum", "one answers with a wrong checksum", one_server(server.SPOILS_SUMS, 20), 14, 7, formats=[wire.SMF]),
    Scenario("stands-still", "one stands still for 10 s", stands_still, 16, 9, is_in_quick_run=True),
    Scenario("stands-still-rare", "one stands still, at 1 call a second", stands_still_with_few_calls, 65, 16),
    Scenario("vanishes", "packets of one vanish", vanishes, 20, 8),
    Scenario("all-down", "all down for 10 s, and back", all_down, 22, 11, is_in_quick_run=True),
    Scenario("overload", "twice the servers' capacity for 30 s", overload, 36, 9, is_in_quick_run=True),
    Scenario("burst", "3.25 × the capacity for 3 s, beside 75 %", burst, 28, 11),
    Scenario("in-turn", "a server that serves one call at a time on a connection, learned", serves_in_turn(None), 45, 12, formats=[wire.SMF],
             options=PATIENT_OPTION),
    Scenario("in-turn-declared", "the same, with callsPerConnectionMax 1", serves_in_turn(next(iter(DECLARED_OPTION))), 45, 12, formats=[wire.SMF],
             contenders=ONLY_GATEWAY, options={**PATIENT_OPTION, **DECLARED_OPTION}),
    Scenario("slow-readers", "8 callers that hardly read their large replies", beside(hostile.SLOW_READERS, 8, 8), 20, 8, contenders=ONLY_GATEWAY, options=MEMORY_OPTION),
    Scenario("dripping-uploads", "1,000 callers that upload 64 bytes a second", beside(hostile.DRIPPING, 1000, 800), 20, 8, contenders=ONLY_GATEWAY, options=MEMORY_OPTION),
    Scenario("half-sent", "3,000 requests that are begun and never ended", beside(hostile.HALF_SENT, 3000, 300), 20, 8, contenders=ONLY_GATEWAY, options=MEMORY_OPTION),
    Scenario("greedy", "one caller with four times the servers' capacity", greedy, 22, 10, contenders=ONLY_GATEWAY, options=MEMORY_OPTION),
    Scenario("killed", "SIGKILL of one server", killed, 11, 7),
    Scenario("restarts", "all servers restarted, one after the other", restarted, 14, 8),
]


def names() -> list[str]:
    return [scenario.name for scenario in SCENARIOS]


def scenario_of(name: str) -> Scenario:
    return next(scenario for scenario in SCENARIOS if scenario.name == name)
