"""Files are written whole or not at all, through links, with their mode; nothing is left over."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from minigrad.text import path_of, write_file

ROOT = Path(__file__).parents[2]
unix = pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes are Unix's")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "it.json"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_name_that_no_file_can_have_is_an_error_with_the_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotADirectoryError, match=r"cannot write .*x\.json': .* that is a file"):
        write_file(tmp_path / "file" / "x.json", b"x")
    for name in ("a\0b.json", "half \ud800.json"):
        with pytest.raises(ValueError, match=r"cannot write .*\.json': "):
            write_file(tmp_path / name, b"x")
    assert sorted(os.listdir(tmp_path)) == ["file"]


def test_a_path_is_a_text_bytes_or_a_path_and_may_begin_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for given in ("~/x.json", b"~/x.json", Path("~/x.json"), tmp_path / "x.json"):
        assert path_of(given) == tmp_path / "x.json"
    assert path_of("~nobody-of-that-name/x") == Path("~nobody-of-that-name/x")
    assert path_of("a~/x") == Path("a~/x")
    with pytest.raises(ValueError, match="the name of the file is empty: write one such as"):
        path_of("")
    with open(tmp_path / "x.json", "w") as file:
        for wrong, words in [
            (file, "give the name, and it will be opened"),
            (0, "got the int 0"),
            (None, "got None"),
        ]:
            with pytest.raises(TypeError, match=f"a file is named by a text or a Path.*{words}"):
                path_of(wrong)  # type: ignore[arg-type]


@unix
def test_a_message_shows_both_ends_of_a_long_name_and_keeps_the_number_of_the_error(
    tmp_path: Path,
) -> None:
    with pytest.raises(OSError, match=r"^cannot write '/.*…a+\.json': File name") as caught:
        write_file(tmp_path / f"{'a' * 5000}.json", b"x")
    assert len(str(caught.value)) < 300
    assert caught.value.errno == errno.ENAMETOOLONG


@unix
def test_without_a_folder_to_work_in_the_name_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(FileNotFoundError, match=r"cannot write 'x\.json': "):
        write_file(Path("x.json"), b"x")


@unix
@pytest.mark.parametrize("bits", [0o600, 0o640, 0o644, 0o666, 0o400 | 0o200 | 0o111])
def test_the_mode_of_the_file_that_is_replaced_stays(path: Path, bits: int) -> None:
    path.write_bytes(b"old")
    path.chmod(bits)
    write_file(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", bits)


@unix
def test_a_new_file_has_the_mode_of_any_new_file(path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_file(path, b"new")
    finally:
        os.umask(before)
    assert mode(path) == 0o640


@unix
def test_a_secret_file_is_secret_while_it_is_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(b"old")
    path.chmod(0o600)
    seen = []
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: (seen.append(mode(Path(a))), replace(a, b)))
    write_file(path, b"new")
    assert seen == [0o600]


@unix
def test_symbolic_links_are_followed_and_stay(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    link, second = tmp_path / "link.json", tmp_path / "second.json"
    link.symlink_to(folder / "real.json")  # which is not there yet
    second.symlink_to("link.json")
    write_file(link, b"one")
    assert (folder / "real.json").read_bytes() == b"one"
    write_file(second, b"two")
    assert (folder / "real.json").read_bytes() == b"two"
    assert link.is_symlink()
    assert second.is_symlink()
    assert sorted(os.listdir(folder)) == ["real.json"]
    (tmp_path / "gone.json").symlink_to(tmp_path / "missing" / "it.json")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        write_file(tmp_path / "gone.json", b"x")
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="cannot write"):
        write_file(tmp_path / "a", b"x")


@unix
def test_what_is_no_regular_file_is_refused_and_stays(path: Path) -> None:
    os.mkfifo(path)
    link = path.parent / "link"
    link.symlink_to(path)
    for name in (path, link, Path("/dev/null")):
        with pytest.raises(OSError, match="is no regular file but a pipe, a socket or a device"):
            write_file(name, b"x")
    assert stat.S_ISFIFO(path.stat().st_mode)
    with pytest.raises(IsADirectoryError, match="is a directory"):
        write_file(path.parent, b"x")
    assert sorted(os.listdir(path.parent)) == ["it.json", "link"]


@unix
def test_a_read_only_file_is_not_replaced(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"old")
    path.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda name, how: False)  # as anybody but root is told
    with pytest.raises(PermissionError, match="read-only"):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"


KILLED = """
import os, pathlib, sys, time
os.fsync = lambda number: (print("writing", flush=True), time.sleep(60))
from minigrad.text import write_file
write_file(pathlib.Path(sys.argv[1]), b"new", lasting=True)
"""


def a_writer(path: Path) -> subprocess.Popen[str]:
    """A process in the middle of writing a file."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    writer = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "writing\n"
    return writer


@unix
def test_what_a_killed_process_left_is_removed_by_the_next_to_write_there(path: Path) -> None:
    path.write_bytes(b"old")
    writer = a_writer(path)
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    assert len(os.listdir(path.parent)) == 2
    write_file(path.parent / "other.json", b"other")
    assert sorted(os.listdir(path.parent)) == ["it.json", "other.json"]
    assert path.read_bytes() == b"old"


@unix
def test_what_a_living_process_is_writing_stays(path: Path) -> None:
    writer = a_writer(path)
    try:
        write_file(path.parent / "other.json", b"other")
        assert len(os.listdir(path.parent)) == 2
    finally:
        writer.send_signal(signal.SIGINT)
        writer.communicate()
    assert os.listdir(path.parent) == ["other.json"]


def test_files_of_others_are_left_alone(path: Path) -> None:
    names = [".minigrad-x.part", ".0123456789abcdef.part", "a.part", ".minigrad-0123456789abcdef"]
    for name in names:
        (path.parent / name).write_bytes(b"")
    write_file(path, b"new")
    assert sorted(os.listdir(path.parent)) == sorted([*names, "it.json"])


@unix
def test_what_stands_in_the_way_of_clearing_up_holds_nobody_up(path: Path) -> None:
    names = [f".minigrad-{letter * 16}.part" for letter in "0123"]
    pipe, folder, link, left = (path.parent / name for name in names)
    os.mkfifo(pipe)  # nobody reads it
    folder.mkdir()
    link.symlink_to(path.parent / "missing")
    left.write_bytes(b"half")
    write_file(path, b"new")
    assert sorted(os.listdir(path.parent)) == [*names[:3], "it.json"]


@unix
def test_a_file_on_its_way_to_its_place_is_not_taken_for_one_that_was_left(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, other = os.replace, path.with_name("other.json")

    def while_another_saves(part: Path, target: Path) -> None:
        monkeypatch.setattr(os, "replace", replace)
        write_file(other, b"another's")
        replace(part, target)

    monkeypatch.setattr(os, "replace", while_another_saves)
    write_file(path, b"new")
    assert (path.read_bytes(), other.read_bytes()) == (b"new", b"another's")
    assert sorted(os.listdir(path.parent)) == ["it.json", "other.json"]


@unix
def test_threads_save_in_one_folder_at_once(path: Path) -> None:
    failed: list[Exception] = []

    def save(content: bytes) -> None:
        try:
            for _ in range(40):
                write_file(path, content)
                write_file(path.with_name(f"{content.decode()[0]}.json"), content)
        except Exception as error:
            failed.append(error)

    threads = [Thread(target=save, args=(letter * 5000,)) for letter in (b"a", b"b", b"c", b"d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert path.read_bytes() in [letter * 5000 for letter in (b"a", b"b", b"c", b"d")]
    assert sorted(os.listdir(path.parent)) == ["a.json", "b.json", "c.json", "d.json", "it.json"]


@unix
def test_a_new_file_that_another_process_takes_for_one_left_is_given_up_for_the_next(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    flock = fcntl.flock

    def taken(number: int, operation: int) -> None:
        monkeypatch.setattr(fcntl, "flock", flock)
        raise BlockingIOError

    monkeypatch.setattr(fcntl, "flock", taken)
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == ["it.json"]
