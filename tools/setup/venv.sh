#!/bin/sh
# Makes the virtual environment named by $1, or says what the machine lacks.
# In sh, because the Python that is found may be too old to read a newer script.
set -eu

venv=$1
python=${PYTHON:-python3}

fail() {
    printf 'madang: %s\n' "$@" >&2
    exit 1
}

# An environment that works is kept: several people may share it.
if [ -x "$venv/bin/python" ] && "$venv/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    exit 0
fi

command -v "$python" >/dev/null 2>&1 || fail \
    "there is no $python on this machine." \
    "Install Python 3.11 or newer (Debian, Ubuntu: apt-get install python3 python3-venv), or name one: make PYTHON=/path/to/python3"

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail \
    "$python is $("$python" --version 2>&1), and madang needs Python 3.11 or newer." \
    "Install one, or name one: make PYTHON=python3.12"

# Debian ships Python without the part that makes environments.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "madang: installing $package" >&2
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package"; } >&2 ||
            fail "apt-get could not install $package; install it by hand and run make again."
    else
        fail "$python cannot make virtual environments: its venv or ensurepip module is missing." \
            "Install it (Debian, Ubuntu: sudo apt-get install $package) and run make again."
    fi
fi

"$python" -m venv --clear "$venv"
