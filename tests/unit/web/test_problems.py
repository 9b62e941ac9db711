import logging

import pytest

from madang.errors import BadRequestData, ConfigError, Fault, MadangError, NotFound
from madang.web.problems import INTERNAL, PROBLEMS, describe, problem_of, report


def leaves(kind: type[MadangError]) -> set[type[MadangError]]:
    below = kind.__subclasses__()
    return {kind} if not below else set().union(*map(leaves, below))


def test_every_error_has_a_problem_type() -> None:
    own = {kind for kind in leaves(MadangError) if kind.__module__ == "madang.errors"}
    assert set(PROBLEMS) == own - {ConfigError}


def test_a_subclass_is_answered_like_its_parent() -> None:
    class Lost(NotFound):
        pass

    assert problem_of(Lost("urn:x")) is PROBLEMS[NotFound]


def test_a_fault_keeps_its_pointer() -> None:
    body = describe(BadRequestData("two things", faults=[Fault("no", "/a"), Fault("nor", "/b")]))
    assert body["errors"] == [{"detail": "no", "pointer": "/a"}, {"detail": "nor", "pointer": "/b"}]


def test_a_bug_shows_nothing_of_its_inside() -> None:
    body = describe(KeyError("the secret"))
    assert body["status"] == INTERNAL.status == 500
    assert "secret" not in str(body)


def test_the_instance_is_found_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        body = report(NotFound("urn:x"), "GET", "/entities/urn:x")
        bug = report(KeyError("the secret"), "GET", "/")
    assert body["instance"] in caplog.records[0].getMessage()
    assert bug["instance"] in caplog.records[1].getMessage()
    assert caplog.records[1].exc_info is not None
