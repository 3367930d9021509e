"""Griffe's view of a docstring: its `>>>` examples become code blocks.

>>> print(fenced("Add.\\n\\n>>> 1 + 1\\n2\\n\\nMore."))
Add.
<BLANKLINE>
```pycon
>>> 1 + 1
2
```
<BLANKLINE>
More.
"""

from __future__ import annotations

from typing import Any

import griffe


def fenced(text: str) -> str:
    """The text with each paragraph that begins with `>>>` as a fenced block."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(
        f"```pycon\n{paragraph}\n```" if paragraph.startswith(">>>") else paragraph
        for paragraph in paragraphs
    )


class FenceExamples(griffe.Extension):
    """Used by mkdocstrings, for every object of the package."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = fenced(obj.docstring.value)
