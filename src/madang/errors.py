"""Every error madang raises on purpose.

    MadangError
    ├── InputError              the caller's data; retrying the same is useless
    │   ├── InvalidRequest          not the syntax that was announced (not JSON, not UTF-8, cut off)
    │   ├── BadRequestData          well formed, but not what the model allows
    │   ├── TooLarge                larger than a stated limit
    │   ├── TooComplexQuery         a query past a stated limit
    │   └── OperationNotSupported   understood, but not offered
    ├── StateError              right request, wrong moment
    │   ├── NotFound
    │   ├── NonexistentTenant
    │   ├── AlreadyExists
    │   ├── Conflict                the version changed underneath
    │   └── Immutable               a record of the ledger, which is never changed
    ├── DependencyError         something outside failed; a retry may help
    │   ├── ContextNotAvailable     a remote @context could not be had
    │   ├── SourceUnavailable       a feed's source cannot be reached or read
    │   ├── DeliveryFailed          a notification's receiver did not take it
    │   ├── StoreUnavailable        the store cannot take or give data now
    │   └── StoreFull               no room left; reads go on
    └── ConfigError             at start only: settings, profiles, packs, data directory

Errors are facts without an HTTP status; the door's table (web/problems.py) gives them one.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class Pointer(str):
    """A JSON Pointer (RFC 6901) that grows with ``at / name``; the root is ``""``."""

    __slots__ = ()

    def __truediv__(self, step: str | int) -> "Pointer":
        return Pointer(f"{self}/{str(step).replace('~', '~0').replace('/', '~1')}")


ROOT = Pointer("")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: what, and where.

    where: a JSON Pointer for a body, a parameter's name for a query, ``file:line:column`` for a file.
    """

    detail: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.detail}" if self.where else self.detail


class MadangError(Exception):
    """Root of the tree. ``detail`` is one sentence a person can act on."""

    def __init__(self, detail: str, *, faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = tuple(faults)


class InputError(MadangError):
    """The caller's data is at fault."""


class InvalidRequest(InputError):
    """Not the syntax that was announced."""


class BadRequestData(InputError):
    """Well formed, but not what the model allows. ``at`` names the place."""

    def __init__(self, detail: str, at: str = "", *, faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail, faults=faults or (Fault(detail, at),))


class TooLarge(InputError):
    """Larger than a limit that the detail names with its unit."""


class TooComplexQuery(InputError):
    """A query that asks for more than a limit allows."""


class OperationNotSupported(InputError):
    """Understood, but not offered."""


class StateError(MadangError):
    """The request is right, the state is not."""


class NotFound(StateError):
    """No such thing. ``subject`` is the id that was looked for."""

    def __init__(self, subject: str, detail: str = "") -> None:
        super().__init__(detail or f"{subject} does not exist.")
        self.subject = subject


class NonexistentTenant(StateError):
    """A read named a tenant that was never written to."""

    def __init__(self, tenant: str) -> None:
        super().__init__(f"Tenant {tenant!r} does not exist.")
        self.tenant = tenant


class AlreadyExists(StateError):
    """A create met something of the same id."""

    def __init__(self, subject: str, detail: str = "") -> None:
        super().__init__(detail or f"{subject} already exists.")
        self.subject = subject


class Conflict(StateError):
    """The version that was expected is no longer the current one."""

    def __init__(self, subject: str) -> None:
        super().__init__(f"{subject} was changed by someone else meanwhile.")
        self.subject = subject


class Immutable(StateError):
    """A record that is kept as it was written. ``subject`` is its id; the detail says what to do instead."""

    def __init__(self, subject: str, detail: str) -> None:
        super().__init__(detail)
        self.subject = subject


class DependencyError(MadangError):
    """Something outside failed; a retry may help."""


class ContextNotAvailable(DependencyError):
    """A remote @context could not be had."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"The @context {url} is not available: {reason}.")
        self.url = url


class SourceUnavailable(DependencyError):
    """A feed's source cannot be reached or read."""


class DeliveryFailed(DependencyError):
    """A notification's receiver did not take it."""


class StoreUnavailable(DependencyError):
    """The store cannot take or give data now; nothing answered was lost."""


class StoreFull(DependencyError):
    """No room left on the store's device; reads go on, nothing answered was lost."""


class ConfigError(MadangError):
    """Settings, profile, pack or data directory are not usable; every fault is listed."""

    def __init__(self, detail: str = "", *, faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail or "; ".join(map(str, faults)), faults=faults)
