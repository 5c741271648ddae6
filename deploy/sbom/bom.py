"""A CycloneDX document: https://cyclonedx.org/docs/1.6/json/."""

import hashlib
import json
import uuid
from datetime import datetime, timezone
from pathlib import Path


def file(root: Path, path: str) -> dict:
    content = (root / path[1:]).read_bytes()
    return {"type": "file", "name": path, "bom-ref": f"file:{path}", "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}]}


def document(program: dict, packages: list[dict], seconds: int) -> dict:
    """The program and the packages that it contains or needs. Reproducible for the same packages and time."""
    program = program | {"bom-ref": f"{program['name']}@{program['version']}"}
    packages = [package | {"bom-ref": package["purl"]} for package in packages]
    content = {
        "metadata": {"timestamp": datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), "component": program},
        "components": packages,
        "dependencies": [{"ref": program["bom-ref"], "dependsOn": [package["bom-ref"] for package in packages]}],
    }
    number = uuid.uuid5(uuid.NAMESPACE_URL, hashlib.sha256(json.dumps(content).encode()).hexdigest())
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{number}",
        "version": 1,
    } | content
