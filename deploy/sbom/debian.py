"""Packages of Debian or a derived distribution, from this machine's dpkg."""

import base64
import subprocess
from pathlib import Path
from urllib.parse import quote


def owner(file: str) -> str:
    """The package of a library: dpkg may list it under /usr, or under /lib from before that became a link to /usr/lib."""
    for path in (file, f"/usr{file}"):
        found = subprocess.run(["dpkg", "--search", path], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.partition(": ")[0]
    raise LookupError(f"{file} belongs to no package of this machine")


def package(name: str) -> dict:
    shown = "${Package}\n${Version}\n${Architecture}\n${source:Package}\n${source:Version}\n${Homepage}"
    asked = subprocess.run(["dpkg-query", "--show", f"--showformat={shown}", name], capture_output=True, text=True, check=True)
    package, version, architecture, source, source_version, homepage = asked.stdout.split("\n")
    system = _system()
    return {
        "type": "library" if package.startswith("lib") else "data",
        "name": package,
        "version": version,
        # As Debian states it, because a package may have many licences.
        "licenses": [{"license": {"name": f"/usr/share/doc/{package}/copyright", "text": _text(Path("/usr/share/doc") / package / "copyright")}}],
        "purl": f"pkg:deb/{system['ID']}/{package}@{quote(version, safe='')}?arch={architecture}&distro={system['ID']}-{system['VERSION_ID']}",
        "externalReferences": [{"type": "website", "url": homepage}] if homepage else [],
        "properties": [{"name": "source package", "value": f"{source} {source_version}"}],
    }


def _text(file: Path) -> dict:
    return {"contentType": "text/plain", "encoding": "base64", "content": base64.b64encode(file.read_bytes()).decode()}


def _system() -> dict[str, str]:
    lines = Path("/etc/os-release").read_text().splitlines()
    return {name: value.strip('"') for name, _, value in (line.partition("=") for line in lines)}
