"""Frame calls whose bodies are JSON of 1 MiB with much structure: objects with short members, as sent by an API.

    objects.py PORT SECONDS

Calls the endpoint Echo on loopback over four connections for a while, checks every reply, and prints JSON with "calls" and "callsPerSecond". It is slower than
"frpc-gateway bench", which does not matter where the CPU of a gateway between is measured.
"""
import json
import socket
import struct
import sys
import threading
import time

BODY_BYTES = 1 << 20
CONNECTIONS = 4


def make_body() -> bytes:
    items = []
    size = 0
    while size < BODY_BYTES - 200:
        n = len(items)
        items.append({"id": n * 7919, "name": f"pool/data/fs{n % 977}", "guid": f"{n * 2654435761 % 2**32:08x}", "size": n * 1.25, "ok": n % 3 == 0,
                      "tags": ["daily", "auto"], "parent": None})
        size += len(json.dumps(items[-1], separators=(",", ":"))) + 1
    return json.dumps({"Filesystems": items}, separators=(",", ":")).encode()


def frame(kind: int, payload: bytes) -> bytes:
    return struct.pack("<BBI", kind, 1, len(payload)) + payload


def receive(connection: socket.socket, count: int) -> bytearray:
    data = bytearray(count)
    view = memoryview(data)
    while count:
        taken = connection.recv_into(view[-count:])
        if not taken:
            raise EOFError("the connection ended in a reply")
        count -= taken
    return data


def receive_part(connection: socket.socket) -> bytes:
    part = bytearray()
    while True:
        _, last, size = struct.unpack("<BBI", receive(connection, 6))
        part += receive(connection, size)
        if last:
            return bytes(part)


def call_until(port: int, end: float, body: bytes, counts: list, failures: list) -> None:
    request = frame(1, b'{"Endpoint":"Echo","DataType":2,"Accept":2,"Error":0,"ErrorMessage":""}') + frame(2, body)
    try:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            while time.monotonic() < end:
                # The server replies while it reads, so the request must be written concurrently.
                sender = threading.Thread(target=connection.sendall, args=(request,))
                sender.start()
                header = json.loads(receive_part(connection))
                reply = receive_part(connection)
                sender.join()
                if header["Error"] != 1 or reply.rstrip() != body:
                    raise ValueError(f"a wrong reply: {header}, {len(reply)} bytes")
                counts.append(1)
    except Exception as e:
        failures.append(e)


def main() -> None:
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    body = make_body()
    counts, failures = [], []
    began = time.monotonic()
    threads = [threading.Thread(target=call_until, args=(port, began + seconds, body, counts, failures)) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        sys.exit(f"objects.py: {failures[0]}")
    print(json.dumps({"calls": len(counts), "callsPerSecond": round(len(counts) / (time.monotonic() - began), 1)}, indent=2))


if __name__ == "__main__":
    main()
