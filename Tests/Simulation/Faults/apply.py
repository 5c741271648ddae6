"""Puts a fault into sources: replaces a piece of text that stands in them exactly once, in whatever file.

usage: apply.py FAULT.txt ROOT [--check]

FAULT.txt is one line that says what is wrong, then the right text between <<<< and ====, then the wrong one up to >>>>.
Prints the file that was changed. With --check nothing is changed. Exit status 1: the right text is not there, or there twice.
"""
import pathlib
import sys


def read(fault):
    text = pathlib.Path(fault).read_text()
    description, rest = text.split("\n<<<<\n", 1)
    right, rest = rest.split("\n====\n", 1)
    return description, right + "\n", rest.rsplit(">>>>", 1)[0]


def places(root, right):
    sources = [path for folder in ("Gateway", "Protocol") for path in sorted((root / folder).rglob("*.cs"))]
    return [(path, path.read_text().count(right)) for path in sources if right in path.read_text()]


def main(fault, root, check):
    description, right, wrong = read(fault)
    found = places(root, right)
    if [count for _, count in found] != [1]:
        where = ", ".join(f"{path} ({count})" for path, count in found) or "nowhere"
        sys.exit(f"{fault}: its text has to stand in the sources once, and stands {where}; change the fault with the code")
    path = found[0][0]
    if not check:
        path.write_text(path.read_text().replace(right, wrong))
    print(path.relative_to(root))


main(sys.argv[1], pathlib.Path(sys.argv[2]), "--check" in sys.argv[3:])
