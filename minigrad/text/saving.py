"""Files, in the form that the ending of their name says: written at once, or not at all."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ..rules import described

if TYPE_CHECKING:
    from pathlib import Path

CLOSED_FIRST: Final = os.name == "nt"  # Windows moves no open file, and has none of these locks
O_BINARY: Final = getattr(os, "O_BINARY", 0)
O_NOFOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
O_NONBLOCK: Final = getattr(os, "O_NONBLOCK", 0)  # or opening a pipe waits for its reader
LONGEST_SHOWN: Final = 200  # of a path, in a message


def save(
    what: str, path: str | os.PathLike[str], makers: Mapping[str, Callable[[], bytes]]
) -> None:
    """Write a file with what the maker for its ending gives.

    >>> save("a poem", "poem.mp3", {".txt": bytes, ".html": bytes})
    Traceback (most recent call last):
    ...
    ValueError: cannot save a poem as 'poem.mp3': the name must end with .txt or .html
    """
    path = path_of(path)
    make = makers.get(path.suffix.lower())
    if make is None:
        *first, last = makers
        endings = f"{', '.join(first)} or {last}" if first else last
        raise ValueError(
            f"cannot save {what} as {shown_path(path)}: the name must end with {endings}"
        )
    write_file(path, make())


def path_of(given: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> Path:
    """The path that somebody names, with ~ for the home folder, as in a shell.

    >>> path_of(b"models/moons.json").name
    'moons.json'
    >>> path_of(7)
    Traceback (most recent call last):
    ...
    TypeError: a file is named by a text or a Path, such as "moons.json", got the int 7
    """
    from pathlib import Path  # here: `import minigrad` does without it

    try:
        name = os.fsdecode(given)
    except TypeError:
        is_file = hasattr(given, "read") or hasattr(given, "write")
        raise TypeError(
            f'a file is named by a text or a Path, such as "moons.json", got {described(given)}'
            + ": give the name, and it will be opened and closed" * is_file
        ) from None
    if not name:
        raise ValueError('the name of the file is empty: write one such as "moons.json"')
    return Path(os.path.expanduser(name))


def shown_path(path: Path) -> str:
    """The path as a message shows it: in quotes, escaped, and not too long.

    >>> from pathlib import Path
    >>> shown_path(Path("a" * 300)) == f"'{'a' * 98}…{'a' * 100}'"
    True
    """
    name = str(path)
    if len(name) > LONGEST_SHOWN:
        name = f"{name[: LONGEST_SHOWN // 2 - 2]}…{name[-LONGEST_SHOWN // 2 :]}"
    return repr(name)


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
    return with_path(error, f"cannot write {shown_path(path)}")


def with_path(error: OSError, what: str) -> OSError:
    """The error with words before it, of the same kind and number."""
    said = type(error)(f"{what}: {error.strerror or error}")
    said.errno = error.errno
    return said


def _target_of(path: Path) -> Path:
    """Where the symbolic links lead."""
    try:
        return type(path)(os.path.realpath(path))
    except OSError as error:  # the folder in which the process works is gone
        raise _cannot_write(path, error) from None
    except ValueError as error:  # a name that no file can have
        raise ValueError(f"cannot write {shown_path(path)}: {error}") from None


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
    what = f"cannot write {shown_path(path)}: there is no folder {shown_path(folder)}"
    if folder.exists():
        raise NotADirectoryError(f"{what}: that is a file")
    raise FileNotFoundError(f"{what}; make it first")


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, unless they are there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise with_path(error, f"cannot make the folder {shown_path(folder)}") from None
    except ValueError as error:  # a name that no folder can have
        raise ValueError(f"cannot make the folder {shown_path(folder)}: {error}") from None


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
        raise IsADirectoryError(f"{shown_path(path)} is a directory: name a file in it")
    if not stat.S_ISREG(before.st_mode):
        raise OSError(
            f"cannot write {shown_path(path)}: it is no regular file but a pipe, a socket or a "
            "device; name a file"
        )
    if not os.access(target, os.W_OK):
        raise PermissionError(f"cannot write {shown_path(path)}: the file there is read-only")
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
    names: list[str] = []
    with suppress(OSError):  # a folder that cannot be listed
        names += filter(PART.fullmatch, os.listdir(folder))
    for name in names:
        with suppress(OSError):  # a file that is another's, or no file
            number = os.open(folder / name, os.O_WRONLY | O_BINARY | O_NOFOLLOW | O_NONBLOCK)
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
