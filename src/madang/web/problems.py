"""Errors become responses here, and nowhere else. Body: RFC 9457. Types, statuses: GS CIM 009 v1.9.1, table 6.3.2-1."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from madang.errors import (
    AlreadyExists,
    BadRequestData,
    Conflict,
    ContextNotAvailable,
    DeliveryFailed,
    Immutable,
    InvalidRequest,
    MadangError,
    NonexistentTenant,
    NotFound,
    OperationNotSupported,
    SourceUnavailable,
    StoreFull,
    StoreUnavailable,
    TooComplexQuery,
    TooLarge,
)

logger = logging.getLogger(__name__)

ERRORS = "https://uri.etsi.org/ngsi-ld/errors/"
BLANK = "about:blank"
"""RFC 9457, clause 4.2.1: the problem is what the status says."""


@dataclass(frozen=True, slots=True)
class Problem:
    type: str
    title: str
    status: int


PROBLEMS: Mapping[type[MadangError], Problem] = {
    InvalidRequest: Problem(ERRORS + "InvalidRequest", "Invalid request", 400),
    BadRequestData: Problem(ERRORS + "BadRequestData", "Bad request data", 400),
    TooLarge: Problem(BLANK, "Request entity too large", 413),
    TooComplexQuery: Problem(ERRORS + "TooComplexQuery", "Too complex query", 403),
    OperationNotSupported: Problem(ERRORS + "OperationNotSupported", "Operation not supported", 422),
    NotFound: Problem(ERRORS + "ResourceNotFound", "Resource not found", 404),
    NonexistentTenant: Problem(ERRORS + "NonexistentTenant", "Nonexistent tenant", 404),
    AlreadyExists: Problem(ERRORS + "AlreadyExists", "Already exists", 409),
    Conflict: Problem(ERRORS + "Conflict", "Conflict", 409),
    Immutable: Problem(ERRORS + "OperationNotSupported", "A record is never changed", 409),
    ContextNotAvailable: Problem(ERRORS + "LdContextNotAvailable", "@context not available", 504),
    SourceUnavailable: Problem(BLANK, "Source unavailable", 502),
    DeliveryFailed: Problem(BLANK, "Delivery failed", 502),
    StoreUnavailable: Problem(BLANK, "Store unavailable", 503),
    StoreFull: Problem(BLANK, "Store full", 507),
}

INTERNAL = Problem(ERRORS + "InternalError", "Internal error", 500)


def problem_of(error: Exception) -> Problem:
    for kind in type(error).__mro__:
        if kind in PROBLEMS:
            return PROBLEMS[kind]
    return INTERNAL


def describe(error: Exception) -> dict[str, Any]:
    """The problem's body. What is not raised on purpose shows nothing of its inside."""
    problem = problem_of(error)
    body: dict[str, Any] = {"type": problem.type, "title": problem.title, "status": problem.status}
    if problem is INTERNAL or not isinstance(error, MadangError):
        body["detail"] = "Something went wrong inside madang. The log has more under this instance."
        return body
    body["detail"] = error.detail
    if error.faults:
        body["errors"] = [{"detail": fault.detail, "pointer": fault.where} for fault in error.faults]
    return body


def report(error: Exception, method: str, path: str) -> dict[str, Any]:
    """Describe an error and log it under the ``instance`` that both carry."""
    body = describe(error)
    instance = body["instance"] = f"urn:uuid:{uuid4()}"
    if body["status"] >= 500:
        bug = error if problem_of(error) is INTERNAL else None
        logger.error("%s %s %s -> %d %s", instance, method, path, body["status"], body["detail"], exc_info=bug)
    else:
        logger.info("%s %s %s -> %d %s", instance, method, path, body["status"], body["detail"])
    return body
