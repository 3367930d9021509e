"""A module of WebAssembly as bytes: sections, functions, imports and exports.

>>> wasm_module([], [], {}, pages=1).hex()
'0061736d01000000010f0360000060017c017c60027c7c017c0301000503010001070a01066d656d6f727902000a0100'

See the standard's binary format: a number is LEB128, seven bits to a byte, and a list begins with
its length.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

F64: Final = b"\x7c"
NOTHING_TO_NOTHING: Final = 0  # the types of functions; n: n numbers to one


def unsigned(number: int) -> bytes:
    """A number that is not negative, as LEB128.

    >>> unsigned(624485).hex()
    'e58e26'
    """
    found = bytearray()
    while number >= 0x80:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def wasm_module(
    imports: Sequence[tuple[str, int]],
    bodies: Sequence[bytes],
    exports: Mapping[str, int],
    pages: int,
    data: bytes = b"",
    data_at: int = 0,
) -> bytes:
    """A module of functions without arguments on one memory.

    The imports are functions of "Math" with so many arguments; functions are numbered from the
    first import on. A body is instructions, without the `end` behind them. `data` is what stands in
    memory from `data_at` on.
    """
    types = [b"\x60" + _list([F64] * count) + _list([F64] * bool(count)) for count in range(3)]
    math = _text("Math")
    codes = [b"\x00" + body + b"\x0b" for body in bodies]  # no local variables
    named = [_text("memory") + b"\x02\x00"]
    named += [_text(name) + b"\x00" + unsigned(number) for name, number in exports.items()]
    start = b"\x00\x41" + signed(data_at) + b"\x0b"
    sections = {
        1: _list(types),
        2: _list([math + _text(name) + b"\x00" + unsigned(count) for name, count in imports]),
        3: _list([unsigned(NOTHING_TO_NOTHING)] * len(bodies)),
        5: _list([b"\x00" + unsigned(pages)]),
        7: _list(named),
        10: _list([unsigned(len(code)) + code for code in codes]),
        11: _list([start + unsigned(len(data)) + data]),
    }
    if not imports:
        del sections[2]
    if not data:
        del sections[11]
    parts = [unsigned(number) + _sized(section) for number, section in sections.items()]
    return b"".join([b"\x00asm\x01\x00\x00\x00", *parts])


def signed(number: int) -> bytes:
    """A number that is not negative, where the format also takes negative ones.

    >>> signed(63).hex(), signed(64).hex()
    ('3f', 'c000')
    """
    found = bytearray(unsigned(number))
    if found[-1] & 0x40:
        found[-1] |= 0x80
        found.append(0)
    return bytes(found)


def _sized(content: bytes) -> bytes:
    return unsigned(len(content)) + content


def _text(name: str) -> bytes:
    return _sized(name.encode())


def _list(parts: Iterable[bytes]) -> bytes:
    parts = list(parts)
    return unsigned(len(parts)) + b"".join(parts)
