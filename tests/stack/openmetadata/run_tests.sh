#!/bin/sh
# Runs the stand-in's own tests; what versions they need is installed on the way. Arguments go to pytest.
set -eu
cd "$(dirname "$0")"
python=$(python3 install.py --tests | tail -n 1)
exec nice -n 5 "$python" -m pytest -q -p no:cacheprovider tests "$@"
