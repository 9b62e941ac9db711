"""``python -m madang`` is the ``madang`` command."""

from .cli import main

main()
