"""The page with all results, and the same for a terminal."""

from pathlib import Path

from harness.usage import TICKS_PER_SECOND

from . import cases, tables
from .results import Results
from .targets import Judged

PAGE = "performance.md"
FOLDER = "performance"
RESULTS = "results.json"
OVERVIEW = "overview.svg"

# With more than this, the figures of two rounds are hardly comparable.
OTHER_WORK_SHARE_MAX = 0.1

# Each group has a picture and a sentence on how to read it.
GROUPS = {
    cases.SMALL: ("small-calls.svg", "N × M means N connections with M calls in flight each. A connection sends its next call when a reply arrives."),
    cases.LARGER: (
        "larger-bodies.svg",
        "The server echoes every body; GiB count both directions. HAProxy passes bodies of 64 KiB and more through pipes, so the size of its pipes matters "
        "(`haproxy tuned` has 1 MiB pipes). Smaller bodies never fill a pipe and are not measured with it."),
    cases.FRAMES: ("frames.svg", "Streams are octets in frames of 4 MiB: 64 MiB per call with one stream, 16 MiB per call with eight. GiB count payload in the direction of the stream."),
    cases.MIX: ("mix.svg", "Small smf calls through a proxy process that forwards four frame downloads at the same time. Without a proxy, each format has its own server. The figure to compare is the p99 of the small calls."),
    cases.FOOTPRINT: (
        "footprint.svg",
        "Memory is resident memory (VmRSS), for nginx the sum of master and worker, one second after start and again with idle connections. HAProxy and nginx get fewer connections, because they "
        "use a second descriptor per connection, for the server side, and the limit is 20,000 open files; compare the figure per connection. The gateway connects to servers only when there are "
        "calls. Start is the time from exec until both listeners have accepted a connection."),
    cases.GENERATOR: ("generator.svg", "Calls that the load generator makes and verifies without a proxy between it and the server. The generator is not the bottleneck where a proxy is measured."),
}


def write(results: Results, judged: list[Judged], folder: Path) -> None:
    # It needs matplotlib, which is slow to load and not needed for --help.
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

`bench/run.sh` generates this page in less than ten minutes; `bench/run.sh --help` lists its options. `bench/run.sh --redraw` generates it again from
[results.json](performance/results.json), which contains every figure of every round.

| | |
|---|---|
| machine | {setting.cores} cores ({setting.processor}), {setting.memory_gib:.0f} GiB of memory, {setting.system}, {setting.kernel} |
| congestion control | {setting.congestion_control} by default |
| versions | {versions} |
| rounds | {setting.rounds}, each with {setting.seconds:g} s of load after a warm-up of {setting.warm_up_seconds:g} s |
| other load | {results.other_work_share:.0%} of the cores' time during the measurements |
| figures | median [lowest highest] of the rounds; ratios are computed per round, then their median |

The contenders run in turn within each round, each round starting with a different one. All use the same load generator (`frpc-gateway bench`, which verifies every reply) and the same servers (`frpc-gateway demo`):

- `direct`: no proxy;
- `gateway`: one worker;
- `haproxy`: tcp mode, one thread, splicing enabled in both directions;
- `haproxy tuned`: the same with 1 MiB pipes (`tune.pipesize 1048576`);
- `nginx stream`: one worker, default settings.

The only other setting is the maximum number of connections, as high as 20,000 open files allow.

The gateway, the servers and the load generator select Reno for connections within one machine. HAProxy and nginx cannot select it and use the system default. If that is BBR, its timer for each segment slows
them down, especially for streams; with cubic, the default of most systems, it does not. So the figures for both matter: run `sysctl -w net.ipv4.tcp_congestion_control=cubic` before a run to change it.

CPU is the user and system time of the proxy's processes during the measurement, excluding connection setup and teardown; the kernel counts it in steps of {1000 // TICKS_PER_SECOND} ms. Peak memory is VmHWM after a
case; every contender is restarted for each case."""


def _warnings(results: Results) -> list[str]:
    if results.other_work_share <= OTHER_WORK_SHARE_MAX:
        return []
    return [f"Other processes took {results.other_work_share:.0%} of the cores' time during these measurements, so the figures are rough. Repeat the run on an idle machine."]


def _targets(judged: list[Judged]) -> str:
    missed = sum(row.is_missed for row in judged)
    said = "All measured targets are reached." if missed == 0 else f"Missed: {missed} of {len(judged)}."
    return f"""## Targets

{said} `bench/steady-state.sh` measures one more target: no garbage collection in 30 s of steady load.

{tables.of_targets(judged).markdown()}"""


def _overview(results: Results) -> str:
    return f"""## The gateway against HAProxy and nginx

Higher is better for calls/s and GiB/s, lower for p99 and CPU. For bodies that pass through pipes, HAProxy is the tuned one.

![calls/s or GiB/s of the gateway as a multiple of HAProxy's and nginx's]({FOLDER}/{OVERVIEW})

{tables.of_ratios(results).markdown()}"""


def _section(results: Results, group: str, picture: str, words: str) -> str:
    shown = "\n\n".join(table.markdown() for table in tables.of_group(results, group))
    return f"""## {group}

{words}

![{group.lower()}]({FOLDER}/{picture})

{shown}"""


_LIMITS = """## Limits of these figures

- Everything runs on one machine over loopback: no network card, no distance, no packet loss. A real network adds the same cost for every contender.
- Client, proxy and server share the cores. A proxy that uses less CPU leaves more to the other two, which then load it more. With separate cores the differences would be different; CPU per call depends
  on this least.
- The load is a closed loop: each call waits for a reply, so the system sets the pace, and latencies at different rates are compared. `frpc-gateway bench --rate` measures latency at a fixed rate.
- One second of load shows no slow drift. `bench/soak.sh` runs longer.
- HAProxy and nginx do less here than the gateway: they forward the bytes of a connection without knowing where a call begins, and cannot choose a server per call. They also have many features that the gateway lacks.
- The figures include the effect of other processes on the machine. The table at the top shows their share of CPU time; the spread shows how much it mattered."""
