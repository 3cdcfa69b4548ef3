"""Starts one stand-in on loopback: ``python -m openmetadata_stand_in --version 1.7.7.4 --port 18585``."""

import argparse
import asyncio
import gc
import signal
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

import uvloop

from .app import App
from .server import serve
from .versions import PUBLISHED, Profile


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="openmetadata_stand_in", description=__doc__)
    parser.add_argument("--version", required=True, choices=PUBLISHED, help="the release to stand in for")
    parser.add_argument("--port", type=int, default=18585)
    parser.add_argument("--token", help="the bot's token; without it nobody is asked for one")
    parser.add_argument("--admin-token", help="a person's token: writes with it are people's edits")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write what was received here at the end")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    found = installed_version("openmetadata-ingestion")
    if found != args.version:
        print(f"This environment has openmetadata-ingestion {found}, not {args.version}; run install.py {args.version}",
              file=sys.stderr)
        return 2
    profile = Profile(args.version)
    app = App(profile, f"http://127.0.0.1:{args.port}/api", args.token, args.admin_token, args.keep)
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    uvloop.run(_run(app, args.port))
    return 0


async def _run(app: App, port: int) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await serve(app, port, stop)


if __name__ == "__main__":
    sys.exit(main())
