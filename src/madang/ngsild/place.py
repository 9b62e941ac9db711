"""Where in a document something stands, made cheap: a pointer is only put together when there is a fault to report."""

from madang.errors import BadRequestData, Pointer

Place = str | tuple["Place", str | int]
"""A JSON Pointer, or a place and one step further."""


def pointer(place: Place) -> Pointer:
    if isinstance(place, tuple):
        return pointer(place[0]) / place[1]
    return Pointer(place)


def fault(detail: str, place: Place) -> BadRequestData:
    """The fault at this place, to be raised."""
    return BadRequestData(detail, pointer(place))
