"""The page with everything that was measured, and the same for a terminal."""

from pathlib import Path

from . import cases, tables
from .results import Results
from .usage import TICKS_PER_SECOND
from .targets import Judged

PAGE = "performance.md"
FOLDER = "performance"
RESULTS = "results.json"
OVERVIEW = "overview.svg"

# With more than this the figures of one round and the next have little to do with each other.
OTHER_WORK_SHARE_MAX = 0.1

# Each group has a picture and a few words on how to read it.
GROUPS = {
    cases.SMALL: ("small-calls.svg", "Each connection keeps its calls in flight and sends the next when a reply has come. Load written N × M is N connections with M calls in flight each."),
    cases.LARGER: (
        "larger-bodies.svg",
        "The server sends every body back. GiB count both directions. HAProxy passes bodies of 64 KiB and more through pipes, so that "
        "the size of its pipes matters (`haproxy tuned` has pipes of 1 MiB); smaller ones never fill a pipe, and are not measured with it."),
    cases.FRAMES: ("frames.svg", "Streams are octets in frames of 4 MiB: 64 MiB a call with one stream, 16 MiB a call with eight. GiB are payload, in the direction of the stream."),
    cases.MIX: ("mix.svg", "Small smf calls through a proxy process through which four downloads of the frame format run at the same time; without a proxy each format has its own server. What counts is the small calls' p99."),
    cases.FOOTPRINT: (
        "footprint.svg",
        "Memory is what is resident (VmRSS), nginx's master and worker together, one second after start and again with connections on which nothing was sent. HAProxy and nginx have fewer of "
        "them, because they hold a second descriptor for each, for the connection to the server, and 20,000 files may be open; compare the figure for each connection. The gateway makes connections "
        "to servers when there are calls. Start is from exec until both listeners have accepted a connection."),
    cases.GENERATOR: ("generator.svg", "How many calls the load generator makes and verifies when nothing stands between it and a server. Where a proxy is measured the generator is not what limits it."),
}


def write(results: Results, judged: list[Judged], folder: Path) -> None:
    # It needs matplotlib, which takes its time to load, and --help needs neither.
    from . import charts

    pictures = folder / FOLDER
    pictures.mkdir(parents=True, exist_ok=True)
    results.write(pictures / RESULTS)
    parts = [_beginning(results), *(f"**{warning}**" for warning in _warnings(results)), _targets(judged)]
    if charts.draw_ratios(results, pictures / OVERVIEW):
        parts.append(_overview(results))
    for group, (picture, words) in GROUPS.items():
        if charts.draw_group(results, group, pictures / picture):
            parts.append(_section(results, group, picture, words))
    parts.append(_LIMITS)
    (folder / PAGE).write_text("\n\n".join(parts) + "\n")


def terminal(results: Results, judged: list[Judged]) -> str:
    parts = []
    for group in GROUPS:
        parts += [f"{group}\n{table.terminal()}" for table in tables.of_group(results, group)]
    measured = [row for row in judged if row.found is not None]
    if measured:
        parts.append(f"Targets\n{tables.of_targets(measured).terminal()}")
    parts += _warnings(results)
    return "\n" + "\n\n".join(parts) + "\n"


def _beginning(results: Results) -> str:
    setting = results.setting
    versions = ", ".join(f"{name} {version}" for name, version in setting.versions.items())
    return f"""# Performance

`bench/run.sh` made this page, in less than ten minutes; `bench/run.sh --help` says what else it can do. `bench/run.sh --redraw` draws it again from
[results.json](performance/results.json), which has every figure of every round.

| | |
|---|---|
| machine | {setting.cores} cores ({setting.processor}), {setting.memory_gib:.0f} GiB of memory, {setting.system}, {setting.kernel} |
| congestion control | {setting.congestion_control} by default |
| versions | {versions} |
| measured | rounds: {setting.rounds}, each with {setting.seconds:g} s of load after {setting.warm_up_seconds:g} s to warm up |
| other work | took {results.other_work_share:.0%} of the cores' time meanwhile |
| figures | median [lowest highest] of the rounds; ratios are taken within a round, then their median |

In every round the contenders take turns, each round beginning with another, with the same load generator (`frpc-gateway bench`, which verifies every reply) and the same servers (`frpc-gateway demo`)
behind them: `direct` is no proxy at all; `gateway` has one worker; `haproxy` is in tcp mode, with one thread and splicing allowed both ways; `haproxy tuned` has pipes of 1 MiB
(`tune.pipesize 1048576`) besides; `nginx stream` has one worker and its defaults. Only the number of connections they may have is set, to what 20,000 open files allow.

The gateway, the servers and the load choose Reno for connections within one machine; HAProxy and nginx cannot choose, and have what is the system's default. Where that is BBR, a timer for each segment
slows them down, most of all their streams; with cubic, the default of most systems, it does not. So the figures of both matter: `sysctl -w net.ipv4.tcp_congestion_control=cubic` before a run changes it.

CPU is the user and system time of a proxy's processes during the measured part, without the connections' beginning and end; the kernel counts it in steps of {1000 // TICKS_PER_SECOND} ms. Peak memory is
VmHWM after a case, for which every contender is started anew."""


def _warnings(results: Results) -> list[str]:
    if results.other_work_share <= OTHER_WORK_SHARE_MAX:
        return []
    return [f"Other work took {results.other_work_share:.0%} of the cores' time during these measurements, so they are rough: measure again on a machine that has nothing else to do."]


def _targets(judged: list[Judged]) -> str:
    missed = sum(row.is_missed for row in judged)
    said = "Every target that was measured is reached." if missed == 0 else f"Missed: {missed} of {len(judged)}."
    return f"""## Targets

{said} One target more, no garbage collection in 30 s of steady load, is measured by `bench/steady-state.sh`.

{tables.of_targets(judged).markdown()}"""


def _overview(results: Results) -> str:
    return f"""## The gateway against HAProxy and nginx

More is better for calls/s and GiB/s, less for p99 and CPU. HAProxy is the tuned one where bodies go through its pipes.

![calls/s or GiB/s of the gateway as a multiple of HAProxy's and nginx's]({FOLDER}/{OVERVIEW})

{tables.of_ratios(results).markdown()}"""


def _section(results: Results, group: str, picture: str, words: str) -> str:
    shown = "\n\n".join(table.markdown() for table in tables.of_group(results, group))
    return f"""## {group}

{words}

![{group.lower()}]({FOLDER}/{picture})

{shown}"""


_LIMITS = """## What these figures do not say

- Everything runs on one machine, over loopback: no network card, no distance, no lost packets. What a network costs comes on top for every contender alike.
- Client, proxy and server share the cores. A proxy that uses less leaves more to the other two, which then load it more; with cores of their own the differences would be others. CPU per call depends on
  this least.
- With a call for each reply the load is as fast as the system answers (a closed loop), so latencies at different speeds are compared. `frpc-gateway bench --rate` measures latency at a given speed.
- A second of load shows no slow drift. `bench/soak.sh` runs longer.
- HAProxy and nginx do less here than the gateway: they pass bytes of a connection on, without knowing where a call begins, and cannot choose a server for each call. They can also do much that the gateway
  cannot.
- Other work that the machine had at the time is in the figures, too. How much of the cores it took stands above; the spread shows how much that mattered."""
