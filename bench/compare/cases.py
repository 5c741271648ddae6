"""The cases: each is one kind of load, or one measurement without load."""

from dataclasses import dataclass

MiB = 1024 * 1024

SMALL = "Small smf calls"
LARGER = "Larger smf bodies"
FRAMES = "Frames"
MIX = "Small calls beside streams"
FOOTPRINT = "Memory and start"
GENERATOR = "The load generator alone"


@dataclass(frozen=True)
class Load:
    """Calls of one kind, as `frpc-gateway bench` makes them."""

    protocol: str
    connections: int
    in_flight: int = 1
    size_bytes: int | None = None
    stream_bytes: int | None = None
    upload_bytes: int | None = None

    def words(self) -> list[str]:
        words = ["--protocol", self.protocol, "--connections", str(self.connections), "--in-flight", str(self.in_flight)]
        for option, value in [("--size", self.size_bytes), ("--stream", self.stream_bytes), ("--upload", self.upload_bytes)]:
            if value is not None:
                words += [option, str(value)]
        return words


@dataclass(frozen=True)
class LoadCase:
    name: str
    title: str
    group: str
    load: Load
    # Report bytes per second instead of calls per second.
    counts_bytes: bool = False
    # Bodies of 64 KiB and more: HAProxy forwards them through pipes, whose size matters.
    uses_pipes: bool = False
    # Runs at the same time through the same proxy process.
    background: Load | None = None
    only_direct: bool = False
    # Multiplies the number of rounds of noisy measurements.
    more_rounds: int = 1


@dataclass(frozen=True)
class IdleCase:
    name: str
    title: str
    group: str
    connections: int
    # HAProxy and nginx use a second descriptor per connection, for the one to the server, and a limit of 20,000 open files
    # is common; the compared figure is per connection.
    others_connections: int


@dataclass(frozen=True)
class StartCase:
    name: str
    title: str
    group: str


Case = LoadCase | IdleCase | StartCase

STREAMS = Load("frame", 4, stream_bytes=32 * MiB)

CASES: list[Case] = [
    LoadCase("smf-60-1x1", "60 bytes, 1 connection × 1 in flight", SMALL, Load("smf", 1, size_bytes=60), more_rounds=3),
    LoadCase("smf-60-64x1", "60 bytes, 64 × 1", SMALL, Load("smf", 64, size_bytes=60)),
    LoadCase("smf-60-64x16", "60 bytes, 64 × 16", SMALL, Load("smf", 64, 16, size_bytes=60)),
    LoadCase("smf-60-1000x1", "60 bytes, 1,000 × 1", SMALL, Load("smf", 1000, size_bytes=60)),
    LoadCase("smf-4k-64x1", "4 KiB, 64 × 1", LARGER, Load("smf", 64, size_bytes=4 * 1024)),
    LoadCase("smf-64k-16x1", "64 KiB, 16 × 1", LARGER, Load("smf", 16, size_bytes=64 * 1024), uses_pipes=True),
    LoadCase("smf-16m-4x1", "16 MiB, 4 × 1", LARGER, Load("smf", 4, size_bytes=16 * MiB), counts_bytes=True, uses_pipes=True),
    LoadCase("frame-echo-16x1", "echo of 100 bytes, 16 × 1", FRAMES, Load("frame", 16, size_bytes=100)),
    LoadCase("frame-download-1", "download, 1 stream", FRAMES, Load("frame", 1, stream_bytes=64 * MiB), counts_bytes=True, uses_pipes=True),
    LoadCase("frame-download-8", "download, 8 streams", FRAMES, Load("frame", 8, stream_bytes=16 * MiB), counts_bytes=True, uses_pipes=True),
    LoadCase("frame-upload-1", "upload, 1 stream", FRAMES, Load("frame", 1, upload_bytes=64 * MiB), counts_bytes=True, uses_pipes=True),
    LoadCase("frame-upload-8", "upload, 8 streams", FRAMES, Load("frame", 8, upload_bytes=16 * MiB), counts_bytes=True, uses_pipes=True),
    LoadCase("mix", "60 bytes, 16 × 1, beside 4 downloads", MIX, Load("smf", 16, size_bytes=60), uses_pipes=True, background=STREAMS),
    IdleCase("idle", "idle connections", FOOTPRINT, connections=10_000, others_connections=4_000),
    StartCase("start", "from exec to the first connection", FOOTPRINT),
    LoadCase("generator", "60 bytes, 64 × 128, no proxy", GENERATOR, Load("smf", 64, 128, size_bytes=60), only_direct=True),
]


def names() -> list[str]:
    return [case.name for case in CASES]


def case_of(name: str) -> Case:
    return next(case for case in CASES if case.name == name)
