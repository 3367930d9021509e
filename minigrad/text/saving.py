"""Files, in the form that the ending of their name says: written at once, or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def save(
    what: str, path: str | os.PathLike[str], makers: Mapping[str, Callable[[], bytes]]
) -> Path:
    """Write a file with what the maker for its ending gives.

    >>> save("a poem", "poem.mp3", {".txt": bytes, ".html": bytes})
    Traceback (most recent call last):
    ...
    ValueError: cannot save a poem as 'poem.mp3': the name must end with .txt or .html
    """
    from pathlib import Path  # here: `import minigrad` does without it

    path = Path(path)
    make = makers.get(path.suffix.lower())
    if make is None:
        *first, last = makers
        raise ValueError(
            f"cannot save {what} as {str(path)!r}: the name must end with "
            f"{', '.join(first)} or {last}"
        )
    write_file(path, make())
    return path


def write_file(path: Path, content: bytes, lasting: bool = False) -> None:
    """Put the content where the path says; a file there is replaced by a complete one only.

    A `lasting` one is on the disk before that: not even a power cut leaves half of it.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"cannot write {str(path)!r}: there is no folder {str(path.parent)!r}; make it first"
        )
    if os.path.isdir(path):  # where nothing can be seen, writing says why
        raise IsADirectoryError(f"{str(path)!r} is a directory: name a file in it")
    part = path.with_name(f".{os.urandom(8).hex()}.part")
    try:
        with open(part, "xb") as file:
            file.write(content)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        raise type(error)(f"cannot write {str(path)!r}: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            part.unlink()
