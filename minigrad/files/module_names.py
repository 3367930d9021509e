"""Where parameters stand in a torch.nn.Module: by their names, as attributes of it or of its parts.

>>> for place in module_places(["layers.0.w", "layers.0.b", "scale"]):
...     print(place.name, place.text)
layers.0.w self.layers[0].w
layers.0.b self.layers[0].b
scale self.scale
>>> print(*containers(["layers.0.w", "layers.2.w", "head.w"]), sep="\\n")
self.layers = torch.nn.ModuleList(torch.nn.Module() for _ in range(3))
self.head = torch.nn.Module()

A name that is no such path, or that a Module has for something else, is made a plain one:

>>> [place.name for place in module_places(["forward", 'w"]; evil(', "w", "w.x"])]
['forward_2', 'w_evil', 'w', 'w_x']
"""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from typing import Final, NamedTuple

from .identifiers import plain_names

# fmt: off
OF_MODULES: Final = frozenset((  # what a torch.nn.Module, or a list of them, calls its own
    "T_destination", "add_module", "append", "apply", "bfloat16", "buffers", "call_super_init",
    "children", "compile", "constants", "cpu", "cuda", "double", "dump_patches", "eval", "extend",
    "extra_repr", "float", "forward", "get_buffer", "get_extra_state", "get_parameter",
    "get_submodule", "half", "insert", "ipu", "load_state_dict", "modules", "mtia",
    "named_buffers", "named_children", "named_modules", "named_parameters", "parameters", "pop",
    "register_backward_hook", "register_buffer", "register_forward_hook",
    "register_forward_pre_hook", "register_full_backward_hook",
    "register_full_backward_pre_hook", "register_load_state_dict_post_hook",
    "register_load_state_dict_pre_hook", "register_module", "register_parameter",
    "register_state_dict_post_hook", "register_state_dict_pre_hook", "requires_grad_",
    "set_extra_state", "set_submodule", "share_memory", "state_dict", "to", "to_empty", "train",
    "training", "type", "xpu", "zero_grad",
))
# fmt: on
MOST_EMPTY: Final = 100  # numbers that a list of parts may leave out


class Place(NamedTuple):
    """A name as `state_dict()` has it, and the text of the attribute."""

    name: str
    text: str


def module_places(names: Sequence[str]) -> list[Place]:
    """The place of each parameter."""
    if _are_paths(names):
        return [Place(name, _attribute(name)) for name in names]
    plain = plain_names(names, taken={*OF_MODULES})
    return [Place(name, f"self.{name}") for name in plain]


def containers(names: Sequence[str]) -> list[str]:
    """The lines that make the parts of a Module in which parameters of these names stand."""
    sizes: dict[str, int] = {}  # of lists; 0 is none
    for name in names:
        parts = name.split(".")
        for i in range(1, len(parts)):
            path = ".".join(parts[:i])
            below = parts[i]
            count = int(below) + 1 if below.isdigit() else 0
            sizes[path] = max(sizes.get(path, 0), count)
    return [
        f"{_attribute(path)} = torch.nn."
        + (f"ModuleList(torch.nn.Module() for _ in range({size}))" if size else "Module()")
        for path, size in sizes.items()
        if not path.rpartition(".")[2].isdigit() or size
    ]


def _attribute(name: str) -> str:
    texts = [f"[{part}]" if part.isdigit() else f".{part}" for part in name.split(".")]
    return f"self{''.join(texts)}"


def _are_paths(names: Sequence[str]) -> bool:
    """Whether all names can be attributes of parts of one Module."""
    below: dict[str, set[str]] = {}
    for name in names:
        parts = name.split(".")
        if parts[0].isdigit() or parts[-1].isdigit() or not all(map(_is_plain, parts)):
            return False
        for i in range(len(parts)):
            below.setdefault(".".join(parts[:i]), set()).add(parts[i])
    if any(name in below for name in names):  # a parameter that has parts
        return False
    return all(_is_list(parts) or not any(map(str.isdigit, parts)) for parts in below.values())


def _is_plain(part: str) -> bool:
    if part.isdigit():
        return part.isascii() and part == str(int(part))
    is_word = part.isidentifier() and part.isascii() and not part.startswith(("_", "TABLE_"))
    return is_word and not keyword.iskeyword(part) and part not in OF_MODULES


def _is_list(parts: set[str]) -> bool:
    """Whether they are the numbers of a list with few gaps."""
    if not all(map(str.isdigit, parts)):
        return False
    return max(map(int, parts)) < len(parts) + MOST_EMPTY
