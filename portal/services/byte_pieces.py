"""An iterator of bytes, read as a file is: for tarfile, which asks for so many bytes at a time."""

from collections.abc import Iterator


class Pieces:
    """Reads `chunks` as one stream; holds one chunk at most."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = memoryview(b"")

    def read(self, size: int) -> bytes:
        """The next `size` bytes; fewer only where the stream ends. Raises what the iterator raises."""
        taken = bytearray()
        while len(taken) < size:
            if not self._held:
                chunk = next(self._chunks, None)
                if chunk is None:
                    break
                self._held = memoryview(chunk)
            wanted = size - len(taken)
            taken += self._held[:wanted]
            self._held = self._held[wanted:]
        return bytes(taken)
