"""Names in exported code: plain in every language, and never those that the code itself uses.

>>> plain_names(["w₁₁¹", "lambda", "x", "x", "v0", '"); evil("'], taken={"f"})
['w', 'x_lambda', 'x', 'x_2', 'x_v0', 'evil']
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Container, Sequence
from typing import Any, Final

from ..rules import bell_curve, described, ieee


def _words(text: str) -> set[str]:
    return set(text.split())


# of <math.h>: with an f behind them they are those of single precision
C_FUNCTIONS: Final = _words("""
    acos acosh asin asinh atan atan2 atanh copysign cos cosh erf erfc exp exp2 expm1 fabs floor
    fmod log log10 log1p log2 pow rint sin sinh sqrt tan tanh trunc
""")
CPP_KEYWORDS: Final = _words("""
    alignas alignof and_eq asm bitand bitor bool compl const_cast constexpr decltype
    dynamic_cast explicit friend mutable namespace noexcept not_eq nullptr operator or_eq
    reinterpret_cast static_assert static_cast template thread_local typeid typename using
    virtual wchar_t char16_t char32_t xor xor_eq char8_t co_await co_return co_yield concept
    consteval constinit requires typeof_unqual
""")
# functions of C that compilers know: variables may be called so, functions may not
C_LIBRARY: Final = _words("""
    cbrt ceil fdim fma fmax fmin frexp hypot ilogb ldexp lgamma llrint llround logb lrint lround
    modf nan nearbyint nextafter nexttoward remainder remquo round scalbln scalbn tgamma exp10
    j0 j1 jn y0 y1 yn gamma drem significand scalb finite isinf isnan isfinite isnormal signbit
    fpclassify abs sincos pow10 isgreater isless islessgreater isunordered labs llabs abort exit
    calloc malloc realloc free memchr memcmp memcpy memmove memset printf fprintf sprintf
    snprintf vprintf scanf puts putchar index strcat strchr strcmp strcpy strlen strncmp strncpy
    strstr bcmp isalnum isalpha isdigit islower isspace isupper tolower toupper
""")
# what the functions call that the code brings along
PYTHON_BUILTINS: Final = _words("""
    IndexError OverflowError ValueError ZeroDivisionError abs dict float int isinstance map
    range repr round staticmethod
""")
# words of C and JavaScript, names in modules, and what exported code itself defines and reads
WORDS: Final = _words("""
    math torch divide power upstream gradients outputs inputs double float int do const void
    static struct switch case default char long short auto main choose register signed unsigned
    sizeof typedef union volatile extern enum goto inline restrict INFINITY NAN NULL params
    constants rows dtype named mean gradient array len isinstance dict range jax jnp np flat
    by_name places repeated padded chosen Math Number Object Infinity NaN RangeError undefined
    null true false this super new var let function typeof instanceof delete export throw catch
    debugger extends implements interface package private protected public eval arguments
    nearest modulo modulof choosef scaled curvature mills bell tail normalDensity normalCdf
""")
RESERVED: Final = {
    *C_FUNCTIONS,
    *(f"{name}f" for name in C_FUNCTIONS),
    *CPP_KEYWORDS,
    *keyword.kwlist,
    *WORDS,
    *vars(ieee),
    *vars(bell_curve),
}
# what the function itself may not be called
FUNCTIONS: Final = {
    *PYTHON_BUILTINS,
    *(f"{name}{kind}" for name in (*C_FUNCTIONS, *C_LIBRARY) for kind in ("", "f", "l")),
}
# what the code calls its own variables
OWN: Final = re.compile(r"[tvcga]\d*|[gr](_.*)?|TABLE(_\d+)?")
# of <math.h>, and words that compilers put a 1 for
MACROS: Final = re.compile(
    r"(M|FP|MATH)_.*|HUGE.*|(MAX|MIN)(FLOAT|DOUBLE)|(OVER|UNDER)FLOW|DOMAIN|SING|[PT]LOSS|X_TLOSS"
    r"|SNAN\w*|math_errhandling|signgam|errno|linux|unix|i386|mips|sparc|sun|near|far"
)


def checked_name(name: Any, taken: Container[str] = ()) -> str:
    """The name of an exported function, or a ValueError; `taken` are further ones that it needs."""
    if not isinstance(name, str) or not name.isidentifier() or not name.isascii():
        got = name if isinstance(name, (int, float)) else described(name)
        raise ValueError(f"the name of the function must be a plain identifier, got {got}")
    if name in FUNCTIONS or name in taken or _is_taken(name):
        raise ValueError(
            f"the name of the function must be a plain identifier, got {name!r}, which exported "
            "code or its language uses: choose another"
        )
    return name


def plain_names(texts: Sequence[Any], taken: set[str]) -> list[str]:
    """A plain name for each text, as close to it as every language allows, each another one."""
    names: list[str] = []
    used = set(taken)
    counts: dict[str, int] = {}  # of the stems: what many are called takes no longer
    for i, text in enumerate(texts):
        stem = re.sub(r"[^A-Za-z0-9]+", "_", str(text or "")).strip("_")[:40] or f"x{i}"
        if not stem[0].isalpha() or _is_taken(stem):
            stem = f"x_{stem}"
        name, count = stem, counts.get(stem, 1)
        while name in used:
            count += 1
            name = f"{stem}_{count}"
        counts[stem] = count
        used.add(name)
        names.append(name)
    return names


def _is_taken(name: str) -> bool:
    return name in RESERVED or bool(OWN.fullmatch(name) or MACROS.fullmatch(name))
