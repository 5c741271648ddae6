"""Writes the bill of materials of an image: the content of its root file system and what was compiled into the program, as CycloneDX 1.6.

    /usr/bin/python3 deploy/sbom ROOT >frpc-gateway.cdx.json

It says only what is on this machine to be read: the files under ROOT, the compiler's own list of what it was given, the packages of NuGet and of Debian.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import bom
import debian
import nuget

PROGRAM = "/frpc-gateway"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
CONFIGURATION = "/etc/frpc/gateway.json"
OURS = (PROGRAM, CONFIGURATION)


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    root = Path(sys.argv[1])
    repository = Path(__file__).parents[2]
    try:
        json.dump(_describe(root, repository), sys.stdout, indent=2)
        print()
        return 0
    except (OSError, LookupError, subprocess.CalledProcessError) as problem:
        print(f"deploy/sbom: {problem}", file=sys.stderr)
        return 1


def _describe(root: Path, repository: Path) -> dict:
    files = sorted(f"/{file.relative_to(root)}" for file in root.rglob("*") if not file.is_dir())
    owned: dict[str, list[str]] = {}
    for file in files:
        if file not in OURS:
            owned.setdefault("ca-certificates" if file == CERTIFICATES else debian.owner(file), []).append(file)
    packages = nuget.compiled_into(root / PROGRAM[1:], repository / "artifacts/native") + [
        debian.package(name) | {"components": [bom.file(root, file) for file in held]} for name, held in sorted(owned.items())
    ]
    program = nuget.version_of(repository, root / PROGRAM[1:]) | {"components": [bom.file(root, file) for file in OURS]}
    return bom.document(program, packages, int(os.environ.get("SOURCE_DATE_EPOCH", "0")))


if __name__ == "__main__":
    sys.exit(main())
