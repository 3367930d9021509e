"""Files, in the form that the ending of their name says: written at once, or not at all."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

CLOSED_FIRST: Final = os.name == "nt"  # Windows moves no open file, and has none of these locks
O_BINARY: Final = getattr(os, "O_BINARY", 0)
O_NOFOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)


def save(
    what: str, path: str | os.PathLike[str], makers: Mapping[str, Callable[[], bytes]]
) -> None:
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
        endings = f"{', '.join(first)} or {last}" if first else last
        raise ValueError(f"cannot save {what} as {str(path)!r}: the name must end with {endings}")
    write_file(path, make())


def write_file(path: Path, content: bytes, lasting: bool = False) -> None:
    """Put the content where the path says; a file there is replaced by a complete one only.

    Through symbolic links, and with the mode of the file that was there; what is no regular file
    is refused. A `lasting` one is on the disk before that: not even a power cut leaves half of it.
    What a killed process has left half written in the folder is removed.
    """
    target = _target_of(path)
    before = _file_to_replace(path, target)
    parts: list[Path] = []
    try:
        _remove_what_was_left(target.parent)
        mode = 0o666 if before is None else 0o600
        with open(_opened(target.parent, parts, mode), "wb") as file:
            file.write(content)
            if before is not None:
                _take_over(file.fileno(), before)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
            if not CLOSED_FIRST:  # still locked, or another process might take it for one left
                os.replace(parts[-1], target)
        if CLOSED_FIRST:
            os.replace(parts[-1], target)
    except OSError as error:
        raise _cannot_write(path, error) from None
    finally:
        for part in parts:
            with suppress(OSError):
                part.unlink()


def _cannot_write(path: Path, error: OSError) -> OSError:
    return type(error)(f"cannot write {str(path)!r}: {error.strerror or error}")


def _target_of(path: Path) -> Path:
    """Where the symbolic links lead."""
    try:
        return type(path)(os.path.realpath(path))
    except OSError as error:  # the folder in which the process works is gone
        raise _cannot_write(path, error) from None
    except ValueError as error:  # a name that no file can have
        raise ValueError(f"cannot write {str(path)!r}: {error}") from None


def check_folder(path: Path, folder: Path) -> None:
    """Raise an error where there is no folder that the file could be in.

    >>> from pathlib import Path
    >>> check_folder(Path("missing/x.svg"), Path("missing"))
    Traceback (most recent call last):
    ...
    FileNotFoundError: cannot write 'missing/x.svg': there is no folder 'missing'; make it first
    """
    if folder.is_dir():
        return
    what = f"cannot write {str(path)!r}: there is no folder {str(folder)!r}"
    if folder.exists():
        raise NotADirectoryError(f"{what}: that is a file")
    raise FileNotFoundError(f"{what}; make it first")


def _file_to_replace(path: Path, target: Path) -> os.stat_result | None:
    """What is there now, if anything; all that must not be replaced is an error."""
    check_folder(path, target.parent)
    try:
        before = os.stat(target)
    except FileNotFoundError:
        return None
    except OSError as error:  # where nothing can be seen, it says why
        raise _cannot_write(path, error) from None
    if stat.S_ISDIR(before.st_mode):
        raise IsADirectoryError(f"{str(path)!r} is a directory: name a file in it")
    if not stat.S_ISREG(before.st_mode):
        raise OSError(
            f"cannot write {str(path)!r}: it is no regular file but a pipe, a socket or a device; "
            "name a file"
        )
    if not os.access(target, os.W_OK):
        raise PermissionError(f"cannot write {str(path)!r}: the file there is read-only")
    return before


def _take_over(number: int, before: os.stat_result) -> None:
    """Give a new file the mode of the one that it replaces, and its owner where that is allowed."""
    if hasattr(os, "fchown") and (before.st_uid, before.st_gid) != _owner(os.fstat(number)):
        with suppress(OSError):
            os.fchown(number, before.st_uid, before.st_gid)
    if hasattr(os, "fchmod"):
        os.fchmod(number, stat.S_IMODE(before.st_mode))


def _owner(status: os.stat_result) -> tuple[int, int]:
    return status.st_uid, status.st_gid


# --- partial files: the process that writes one has locked it, so that others see who is alive ----

PART: Final = re.compile(r"\.minigrad-[0-9a-f]{16}\.part")


def _opened(folder: Path, parts: list[Path], mode: int) -> int:
    """The number of a new file to write into, the last of `parts`."""
    while True:
        parts.append(folder / f".minigrad-{os.urandom(8).hex()}.part")
        number = os.open(parts[-1], os.O_WRONLY | os.O_CREAT | os.O_EXCL | O_BINARY, mode)
        if _locked(number) is not False and os.path.exists(parts[-1]):
            return number
        os.close(number)  # another process took it for one that was left, and removes it


def _remove_what_was_left(folder: Path) -> None:
    with suppress(OSError):  # a folder that cannot be listed, a file that is another's
        for name in filter(PART.fullmatch, os.listdir(folder)):
            number = os.open(folder / name, os.O_WRONLY | O_BINARY | O_NOFOLLOW)
            try:
                if _locked(number):
                    os.unlink(folder / name)
            finally:
                os.close(number)


def _locked(number: int) -> bool | None:
    """Lock a file: False if another has done so; None where there are no locks.

    The lock ends with the process, also if it is killed.
    """
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock
    except ImportError:
        return None
    try:
        flock(number, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
