"""The inputs of the native compiler: this repository's own assemblies, and NuGet packages."""

import base64
import filecmp
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

# A reference of the compiler to a file of a package: -r:/…/FOLDER_OF_PACKAGES/NAME/VERSION/…, both in lower case.
REFERENCE = re.compile(r"^-r:(?P<folder>.*/(?P<name>[^/]+)/(?P<version>\d[^/]*))/(?:lib|ref|runtimes|framework|sdk)/", re.MULTILINE)


def compiled_into(program: Path, native: Path) -> list[dict]:
    references = _references_of(program, native).read_text()
    return [_component(Path(folder)) for folder in sorted({found["folder"] for found in REFERENCE.finditer(references)})]


def version_of(repository: Path, program: Path) -> dict:
    build = ElementTree.parse(repository / "Directory.Build.props")
    said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    return {
        "type": "application",
        "name": build.findtext(".//Product"),
        "version": said.split()[1].split("+")[0],
        "licenses": [{"license": {"id": build.findtext(".//PackageLicenseExpression")}}],
    }


def _references_of(program: Path, native: Path) -> Path:
    """The inputs of this program: there may be others, of other frameworks and of builds that have failed since."""
    for published in native.glob(f"publish/Gateway/*/{program.name}"):
        if filecmp.cmp(published, program, shallow=False):
            return native / "obj/Gateway" / published.parent.name / "native" / f"{program.name}.ilc.rsp"
    raise LookupError(f"{program} is not what ./publish.sh built last here; run it, and lay out the image again")


def _component(folder: Path) -> dict:
    name, version = folder.parts[-2:]
    # The namespace contains a year, which differs between packages.
    about = {element.tag.rpartition("}")[2]: element for element in ElementTree.parse(folder / f"{name}.nuspec").iter()}
    hash = base64.b64decode((folder / f"{name}.{version}.nupkg.sha512").read_text())
    name = about["id"].text
    return {
        "type": "library",
        "name": name,
        "version": version,
        "hashes": [{"alg": "SHA-512", "content": hash.hex()}],
        "licenses": [_licence(about)],
        "purl": f"pkg:nuget/{name}@{version}",
        "externalReferences": [_source(about["repository"])],
    }


def _source(repository: ElementTree.Element) -> dict:
    commit = repository.get("commit")
    return {"type": "vcs", "url": repository.get("url")} | ({"comment": f"commit {commit}"} if commit else {})


def _licence(about: dict[str, ElementTree.Element]) -> dict:
    # Packages from before 2018 have only a licence URL; later ones have it in addition, with the same meaning.
    if "license" not in about:
        return {"license": {"name": "the text at this address", "url": about["licenseUrl"].text}}
    element = about["license"]
    if element.get("type") != "expression":
        return {"license": {"name": f"the file {element.text} of the package"}}
    return {"license": {"id": element.text}} if re.fullmatch(r"[\w.+-]+", element.text) else {"expression": element.text}
