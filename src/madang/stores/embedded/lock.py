"""One process per data directory."""

import os
import sys
from pathlib import Path

from madang.errors import ConfigError

LOCK_NAME = "city.lock"
_PID_BYTES = 20

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        # Behind the pid, because a locked byte cannot be read by anyone else on Windows.
        os.lseek(descriptor, 1024, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class DirectoryLock:
    """Holds a data directory for this process until ``release``.

    The operating system drops the lock when the process ends, however it ends, so a file left behind by a killed
    process blocks nobody. The file stays; its text is the holder's pid and is only there to be named in the error.
    Raises ConfigError when another process (or another hub of this one) holds the directory.
    """

    def __init__(self, directory: Path) -> None:
        path = directory / LOCK_NAME
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _try_lock(self._descriptor)
        except OSError:
            holder = os.pread(self._descriptor, _PID_BYTES, 0).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise ConfigError(
                f"{directory} is in use by process {holder or 'unknown'}; stop it, or give this one another directory."
            ) from None
        try:
            os.pwrite(self._descriptor, f"{os.getpid()}".ljust(_PID_BYTES).encode(), 0)
        except OSError:
            self.release()
            raise

    def release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
