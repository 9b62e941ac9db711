"""Is the write-ahead log whole? Source: sqlite.org, "Database File Format", section 4 (WAL header, frames, checksum).

SQLite reads a WAL up to the first frame whose checksum is wrong and silently takes what follows for the rest of a write
that a crash cut off. That is right for the end of the file, and it is a loss of answered writes where a frame in the
middle went bad. The two can be told apart: every transaction was on disk before the next one began, so only the last
one in the file can be torn.
"""

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

_HEADER: Final = 32
_FRAME_HEADER: Final = 24
_PAGE: Final = 4096
_BITS: Final = 0xFFFFFFFF
_MAGIC: Final = 0x377F0682  # little-endian words; the lowest bit set means big-endian ones

Words = npt.NDArray[np.uint32]


def lost_transactions(path: Path) -> int:
    """How many ends of transactions lie behind the first bad frame, the bad one's own among them.

    0 for a whole WAL or none, at most 1 for one torn by a crash; 2 and more say that answered writes are unreadable.
    Frames left over from before the last checkpoint carry other salts and are not counted.
    """
    body = path.read_bytes() if path.exists() else b""
    if len(body) < _HEADER:
        return 0
    header = np.frombuffer(body, ">u4", 8)
    whole = int(header[0]) & ~1 == _MAGIC and _follows(body[:24], header[6:], big_endian=bool(header[0] & 1))
    frame_size = _FRAME_HEADER + (int(header[2]) if whole else _PAGE)
    count = (len(body) - _HEADER) // frame_size
    frames = np.frombuffer(body, np.uint8, count * frame_size, _HEADER).reshape(count, frame_size)
    heads = np.ascontiguousarray(frames[:, :_FRAME_HEADER]).view(">u4")
    current = (heads[:, 2:4] == header[4:6]).all(axis=1)
    good = current & _good_sums(header, frames, heads) & whole
    first_bad = len(good) if good.all() else int(np.argmin(good))
    # Word 1 of a frame that ends a transaction is the size of the database in pages, else 0.
    return int(np.count_nonzero(current[first_bad:] & (heads[first_bad:, 1] != 0)))


def _follows(head: bytes, stored: npt.NDArray[np.uint32], *, big_endian: bool) -> bool:
    """Is this the checksum of these bytes?"""
    words = np.frombuffer(head, ">u4" if big_endian else "<u4").astype(np.uint32)
    weights, _ = _weights(len(words))
    return bool((words @ weights == stored).all())


def _good_sums(header: Words, frames: npt.NDArray[np.uint8], heads: Words) -> npt.NDArray[np.bool_]:
    """Per frame: does its checksum follow from the one that stands before it, the first one's from the header's?

    The sum goes on from the pair that the frame before has stored, over 8 bytes of the frame's head and its page.
    """
    stored = np.concatenate([header[None, 6:], heads[:, 4:6]]).astype(np.uint32)
    summed = np.ascontiguousarray(np.concatenate([frames[:, :8], frames[:, _FRAME_HEADER:]], axis=1))
    words = summed.view(">u4" if header[0] & 1 else "<u4").astype(np.uint32)
    weights, carry = _weights(words.shape[1])
    sums: npt.NDArray[np.bool_] = (words @ weights + stored[:-1] @ carry == stored[1:]).all(axis=1)
    return sums


def _weights(count: int) -> tuple[Words, Words]:
    """What each of ``count`` words, and each half of the sum before them, adds to both halves of the sum after them.

    SQLite takes words in pairs: s0 += a + s1, then s1 += b + s0, modulo 2^32. That is linear, so the sums of all frames
    are one product of matrices: of shape (count, 2) for the words and (2, 2) for the sum before.
    """
    a, b = (1, 1), (0, 1)
    weights = np.empty((count, 2), np.uint32)
    # From the last pair to the first: a word that comes n pairs earlier has gone through n more rounds.
    for first in range(count - 2, -1, -2):
        weights[first], weights[first + 1] = a, b
        a, b = _round(*a), _round(*b)
    return weights, np.array([[(x - y) & _BITS for x, y in zip(a, b, strict=True)], b], np.uint32)


def _round(s0: int, s1: int) -> tuple[int, int]:
    """One round of the sum without new words."""
    s0 = (s0 + s1) & _BITS
    return s0, (s1 + s0) & _BITS
