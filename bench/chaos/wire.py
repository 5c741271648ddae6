"""Both wire formats, as far as sick servers and callers need them: a call is a method, and a tag that a right reply carries back."""

import json
import struct
from dataclasses import dataclass

from .xxhash64 import checksum

SMF, FRAME = "smf", "frame"
FORMATS = [SMF, FRAME]

# The methods: as an smf request id, as a frame endpoint. A server takes its time over Slow; Large has a large reply; Upload takes octets.
FAST, SLOW, LARGE, UPLOAD = 1, 2, 3, 4
ENDPOINTS = {FAST: "Fast", SLOW: "Slow", LARGE: "Large", UPLOAD: "Upload"}

TAGS = 256

_SMF_HEADER = struct.Struct("<BBHIII")
_FRAME_HEADER = struct.Struct("<BBI")
_HEADER, _DATA = 1, 2
_JSON, _OCTETS = 2, 3
_EMPTY_TABLE = bytes.fromhex("080000000400040004000000")

# Bytes behind an empty FlatBuffers table; no reader looks at them.
_PAYLOADS = [_EMPTY_TABLE + struct.pack("<I", tag) for tag in range(TAGS)]
_SUMS = [checksum(payload) for payload in _PAYLOADS]
_LARGE_PAYLOAD = _EMPTY_TABLE + bytes(48 * 1024)
_LARGE_SUM = checksum(_LARGE_PAYLOAD)
_LARGE_OCTETS = 4 * 1024 * 1024


@dataclass(slots=True)
class Message:
    session: int
    # Of a request its method, of a reply its status: 200 in both formats when it is right.
    meta: int
    # None if the body is not what its checksum promises.
    tag: int | None


def smf_request(method: int, session: int, tag: int) -> bytes:
    return _SMF_HEADER.pack(0, 0, session, len(_PAYLOADS[tag]), _SUMS[tag], method) + _PAYLOADS[tag]


def smf_reply(request: Message, status: int = 200, spoils_sum: bool = False) -> bytes:
    if request.meta == LARGE:
        return _SMF_HEADER.pack(0, 0, request.session, len(_LARGE_PAYLOAD), _LARGE_SUM, status) + _LARGE_PAYLOAD
    tag = request.tag or 0
    return _SMF_HEADER.pack(0, 0, request.session, len(_PAYLOADS[tag]), _SUMS[tag] ^ spoils_sum, status) + _PAYLOADS[tag]


def smf_half(size: int, sent: int) -> bytes:
    """A request that promises a body and brings the beginning of it."""
    return _SMF_HEADER.pack(0, 0, 1, size, 1, FAST) + bytes(sent)


def _part(kind: int, payload: bytes) -> bytes:
    return _FRAME_HEADER.pack(kind, 1, len(payload)) + payload


def _header(endpoint: str, error: int, message: str = "", data_type: int = _JSON, accept: int = _JSON) -> bytes:
    return _part(_HEADER, json.dumps({"Endpoint": endpoint, "DataType": data_type, "Accept": accept, "Error": error, "ErrorMessage": message}).encode())


_FRAME_REPLY_HEADER = _header("", 1)
_FRAME_REQUESTS = {method: _header(endpoint, 0, accept=_OCTETS if method == LARGE else _JSON) for method, endpoint in ENDPOINTS.items()}
_FRAME_LARGE_REPLY = _header("", 1, data_type=_OCTETS) + _part(_DATA, bytes(_LARGE_OCTETS))
_FRAME_FAULT = _header("", 3, "the server is sick", data_type=0, accept=0)


def frame_request(method: int, tag: int) -> bytes:
    return _FRAME_REQUESTS[method] + _part(_DATA, b'{"tag":%d}' % tag)


def frame_reply(request: Message, is_fault: bool = False) -> bytes:
    if is_fault:
        return _FRAME_FAULT
    if request.meta == LARGE:
        return _FRAME_LARGE_REPLY
    return _FRAME_REPLY_HEADER + _part(_DATA, b'{"tag":%d}' % (request.tag or 0))


def frame_upload(size: int, sent: int) -> bytes:
    """A request whose octets are promised and only begun."""
    return _header(ENDPOINTS[UPLOAD], 0, data_type=_OCTETS) + _FRAME_HEADER.pack(_DATA, 1, size) + bytes(sent)


def frame_half(size: int, sent: int) -> bytes:
    return _FRAME_REQUESTS[FAST] + _FRAME_HEADER.pack(_DATA, 1, size) + b'"' + b"x" * (sent - 1)


class SmfReader:
    """Cuts what a connection brings into messages."""

    def __init__(self) -> None:
        self._left = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        left = self._left
        left += data
        at, found = 0, []
        while len(left) - at >= _SMF_HEADER.size:
            _, _, session, size, total, meta = _SMF_HEADER.unpack_from(left, at)
            end = at + _SMF_HEADER.size + size
            if len(left) < end:
                break
            tag = struct.unpack_from("<I", left, end - 4)[0] if size == len(_PAYLOADS[0]) else -1
            if 0 <= tag < TAGS and (_SUMS[tag] != total or left[end - size : end] != _PAYLOADS[tag]):
                tag = None
            found.append(Message(session, meta, tag))
            at = end
        del left[:at]
        return found


class FrameReader:
    def __init__(self, reads_replies: bool) -> None:
        self._reads_replies = reads_replies
        self._left = bytearray()
        self._header = bytearray()
        self._body = bytearray()
        self._meta: int | None = None

    def feed(self, data: bytes) -> list[Message]:
        left = self._left
        left += data
        found = []
        while len(left) >= _FRAME_HEADER.size:
            kind, is_last, size = _FRAME_HEADER.unpack_from(left)
            end = _FRAME_HEADER.size + size
            if len(left) < end:
                break
            if message := self._take(kind, bool(is_last), bytes(left[_FRAME_HEADER.size : end])):
                found.append(message)
            del left[:end]
        return found

    def _take(self, kind: int, is_last: bool, payload: bytes) -> Message | None:
        if kind not in (_HEADER, _DATA):
            raise ConnectionError("a reset frame")
        part = self._header if kind == _HEADER else self._body
        part += payload
        if not is_last:
            return None
        if kind == _HEADER:
            header = json.loads(self._header)
            self._header.clear()
            self._meta = self._status(header) if self._reads_replies else self._method(header)
            return Message(0, self._meta, None) if self._reads_replies and self._meta != 200 else None
        body, meta = bytes(self._body), self._meta
        self._body.clear()
        self._meta = None
        if meta is None:
            raise ConnectionError("data without a header")
        return Message(0, meta, int(body[7:-1]) if body.startswith(b'{"tag":') and body.rstrip().endswith(b"}") else None)

    @staticmethod
    def _method(header: dict[str, object]) -> int:
        return next(method for method, endpoint in ENDPOINTS.items() if endpoint == header["Endpoint"])

    @staticmethod
    def _status(header: dict[str, object]) -> int:
        """A frame Error as a number beside smf's status: Error 3 is 3."""
        return 200 if header["Error"] == 1 else int(str(header["Error"]))


def reader(protocol: str, reads_replies: bool) -> SmfReader | FrameReader:
    return SmfReader() if protocol == SMF else FrameReader(reads_replies)


def request(protocol: str, method: int, session: int, tag: int) -> bytes:
    return smf_request(method, session, tag) if protocol == SMF else frame_request(method, tag)
