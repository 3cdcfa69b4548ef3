#!/usr/bin/env python3
"""Puts one published OpenMetadata package beside its pinned helpers into a folder outside the repository.

    install.py [--client] VERSION...      (no VERSION: all five)

The wheel goes in without its dependencies: the stand-in needs its generated models only.
``--client`` adds what importing the package's own client takes (for 1.7.7.4, 1.13.6.3 and 2.0.7.0).
Quick when all is there: a stamp says what was installed.
"""

import argparse
import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements"
VERSIONS = ("1.7.7.4", "1.9.17.6", "1.11.14.0", "1.13.6.3", "2.0.7.0")
UV = "uv==0.9.30"


def stack_dir() -> Path:
    return Path(os.environ.get("METAHOST_STACK_DIR") or Path.home() / ".cache" / "metahost-stack")


def home(name: str) -> Path:
    return stack_dir() / "openmetadata" / name


def python_of(name: str) -> Path:
    return home(name) / "bin" / "python"


def run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=sys.stderr)


def uv() -> Path:
    """uv, in an environment of its own."""
    folder = stack_dir() / "tools" / "uv"
    if not (folder / "bin" / "uv").exists():
        venv.create(folder, with_pip=True)
        run(folder / "bin" / "python", "-m", "pip", "install", "--quiet", UV)
    return folder / "bin" / "uv"


def wanted(version: str, client: bool) -> list[Path]:
    files = [REQUIREMENTS / "server.txt"]
    if client:
        files.append(REQUIREMENTS / f"client-{version}.txt")
    missing = [file.name for file in files if not file.exists()]
    if missing:
        sys.exit(f"There is no {missing[0]}: the client is set up for 1.7.7.4, 1.13.6.3 and 2.0.7.0 only")
    return files


@contextlib.contextmanager
def alone(name: str) -> Iterator[None]:
    """Tests that start at the same time install one after the other."""
    path = stack_dir() / "run" / f"openmetadata-{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def ensure(name: str, files: list[Path], package: str | None) -> Path:
    """The environment's python, made or completed when its stamp differs."""
    with alone("install"):
        return ensure_alone(name, files, package)


def ensure_alone(name: str, files: list[Path], package: str | None) -> Path:
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    lines = [f"{package} {digest}"]
    stamp = home(name) / f"stamp-{files[-1].stem}"
    if stamp.exists() and stamp.read_text().splitlines() == lines:
        return python_of(name)
    if not python_of(name).exists():
        run(uv(), "venv", "--quiet", "--python", sys.executable, home(name))
    install = (uv(), "pip", "install", "--quiet", "--no-deps", "--python", python_of(name))
    run(*install, *(part for file in files for part in ("-r", file)))
    if package:
        run(*install, package)
    stamp.write_text("\n".join(lines) + "\n")
    return python_of(name)


def ensure_version(version: str, client: bool = False) -> Path:
    return ensure(version, wanted(version, client), f"openmetadata-ingestion=={version}")


def ensure_tests() -> Path:
    return ensure("tests", [REQUIREMENTS / "tests.txt"], None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("versions", nargs="*", metavar="VERSION", help=" ".join(VERSIONS))
    parser.add_argument("--client", action="store_true")
    parser.add_argument("--tests", action="store_true", help="the environment that runs pytest")
    args = parser.parse_args()
    unknown = [version for version in args.versions if version not in VERSIONS]
    if unknown:
        sys.exit(f"{unknown[0]} is not one of {', '.join(VERSIONS)}")
    if args.tests:
        print(ensure_tests())
    for version in args.versions or (() if args.tests else VERSIONS):
        print(ensure_version(version, args.client))


if __name__ == "__main__":
    main()
