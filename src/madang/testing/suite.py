"""What every contract suite has in common."""

from typing import Any


class ContractSuite:
    """Base of the contract suites. Subclasses give fixtures; a test of a suite cannot be redefined or dropped.

    A contract with an exception is no contract: a store that cannot keep a promise says so by a failing test.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        promised = {name for base in cls.__mro__[1:] for name in vars(base) if name.startswith("test_")}
        redefined = sorted(promised & set(vars(cls)))
        if redefined:
            raise TypeError(f"{cls.__name__} redefines {', '.join(redefined)}; a contract suite is taken whole.")
