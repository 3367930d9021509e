"""Labels become names in Unicode, LaTeX and HTML, and hostile ones do no harm."""

import re
import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad.text.labels import LONGEST_NAME, escape, html_name, latex_name, unicode_name

NAMES = [  # label, Unicode, LaTeX, HTML
    ("w_21^1", "w₂₁¹", "w_{21}^1", "<i>w</i>₂₁¹"),
    ("w^1_21", "w₂₁¹", "w_{21}^1", "<i>w</i>₂₁¹"),
    ("w_{21}^{1}", "w₂₁¹", "w_{21}^1", "<i>w</i>₂₁¹"),
    ("w₂₁¹", "w₂₁¹", "w_{21}^1", "<i>w</i>₂₁¹"),
    ("w_2,11^1", "w₂,₁₁¹", "w_{2,11}^1", "<i>w</i>₂,₁₁¹"),
    ("w₂,₁₁¹", "w₂,₁₁¹", "w_{2,11}^1", "<i>w</i>₂,₁₁¹"),
    ("theta_1", "θ₁", r"\theta_1", "<i>θ</i>₁"),
    ("θ1", "θ₁", r"\theta_1", "<i>θ</i>₁"),
    ("θ₁", "θ₁", r"\theta_1", "<i>θ</i>₁"),
    ("z^1", "z¹", "z^1", "<i>z</i>¹"),
    ("z¹", "z¹", "z^1", "<i>z</i>¹"),
    ("a^10", "a¹⁰", "a^{10}", "<i>a</i>¹⁰"),
    ("y_hat", "ŷ", r"\hat{y}", "<i>ŷ</i>"),
    ("ŷ", "ŷ", r"\hat{y}", "<i>ŷ</i>"),
    ("y\u0302", "ŷ", r"\hat{y}", "<i>ŷ</i>"),
    ("y_hat_2", "ŷ₂", r"\hat{y}_2", "<i>ŷ</i>₂"),
    ("theta_hat", "θ̂", r"\hat{\theta}", "<i>θ̂</i>"),
    ("x_bar", "x̄", r"\bar{x}", "<i>x̄</i>"),
    ("b_1", "b₁", "b_1", "<i>b</i>₁"),
    ("delta_1^2", "δ₁²", r"\delta_1^2", "<i>δ</i>₁²"),
    ("Delta", "Δ", r"\Delta", "<i>Δ</i>"),
    ("x0", "x₀", "x_0", "<i>x</i>₀"),
    ("x_i", "xᵢ", "x_i", "<i>x</i>ᵢ"),
    ("w_jk^l", "wⱼₖˡ", "w_{jk}^l", "<i>w</i>ⱼₖˡ"),
    ("a^L", "aᴸ", "a^L", "<i>a</i>ᴸ"),
    ("a^{L-1}", "aᴸ⁻¹", "a^{L-1}", "<i>a</i>ᴸ⁻¹"),
    ("w_b", "w_b", "w_b", "<i>w</i>_b"),
    ("x_θ", "x_θ", r"x_\theta", "<i>x</i>_θ"),
    ("C", "C", "C", "<i>C</i>"),
    ("loss", "loss", r"\mathit{loss}", "<i>loss</i>"),
    ("layer_2", "layer₂", r"\mathit{layer}_2", "<i>layer</i>₂"),
    ("learning_rate", "learning_rate", r"\mathit{learning\_rate}", "<i>learning_rate</i>"),
    ("conv2d", "conv2d", r"\mathit{conv2d}", "<i>conv2d</i>"),
    ("hidden_beta", "hidden_beta", r"\mathit{hidden\_beta}", "<i>hidden_beta</i>"),
    ("", "", "", ""),
    ("  ", "", "", ""),
]


@pytest.mark.parametrize(("label", "in_unicode", "in_latex", "in_html"), NAMES)
def test_a_label_reads_as_the_texts_write_it(label, in_unicode, in_latex, in_html):
    assert unicode_name(label) == in_unicode
    assert latex_name(label) == in_latex
    assert html_name(label) == in_html


HOSTILE = [
    "<script>alert(1)</script>",
    '"; }',
    "\x1b[31mred",
    "two\nlines",
    "\r\t\x00\x07\x9b",
    "$",
    "$$",
    "\\input{secret}",
    "\\end{document}",
    "a]]>b",
    "&lt;",
    "\u202eright to left\u200f",
    "\ud800",
    "\ufffe",
    "x_{}^{",
    "^_^",
    "100 %",
    "~",
    "__init__",
    "' onload='x",
]
anything = st.one_of(st.text(), st.sampled_from(HOSTILE), st.from_regex(r"[a-zβ]+[_^]\w{0,4}"))


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_label_leaves_no_control_characters(label):
    for text in (unicode_name(label), latex_name(label), html_name(label), escape(label)):
        for character in text.replace("\n", "").replace("\r", "").replace("\t", ""):
            assert unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert "\n" not in unicode_name(label) + latex_name(label) + html_name(label)


def test_terminal_escapes_and_direction_marks_are_made_visible():
    assert unicode_name("\x1b[31mred") == "�[31mred"
    assert unicode_name("a\nb") == "a�b"
    assert unicode_name("\u202eabc\u200f") == "�abc�"
    assert latex_name("a\nb") == r"\mathit{a?b}"


def test_latex_commands_in_a_label_are_spelled_out():
    assert latex_name("\\input{a}") == r"\mathit{\backslash{}input\{a\}}"
    assert latex_name("$x$") == r"\mathit{\$x\$}"
    assert latex_name("50 %") == r"\mathit{50\ \%}"


def test_a_long_label_is_shortened():
    assert unicode_name("a" * 10_000) == "a" * (LONGEST_NAME - 1) + "…"
    assert unicode_name("1" * 10_000).endswith("…")
    assert len(html_name("<" * 10_000)) < 6 * LONGEST_NAME


def test_a_label_that_is_no_text_is_shown_as_text():
    assert unicode_name(3) == "3"
    assert unicode_name(None) == ""


@given(anything)
def test_html_is_well_formed_and_shows_the_unicode_name(label):
    root = ElementTree.fromstring(f"<p title='{escape(label)}'>{html_name(label)}</p>")
    assert "".join(root.itertext()) == unicode_name(label)
    assert {node.tag for node in root.iter()} <= {"p", "i"}


@given(anything)
def test_latex_is_balanced_and_has_no_live_special_character(label):
    text = latex_name(label)
    bare = re.sub(r"\\([a-zA-Z]+|.)", "", text, flags=re.DOTALL)
    depth = 0
    for character in bare:
        depth += (character == "{") - (character == "}")
        assert depth >= 0
        assert character not in "$%#&~\\<>"
    assert depth == 0
    assert bare.count("^") <= 1
    assert bare.count("_") <= 1
    allowed = (
        r"\\(mathit|hat|tilde|bar|backslash|sim|[lr]angle|ldots|[a-zA-Z]+(?=[_^}{]|$)|[_$#%&{} ])"
    )
    assert not re.sub(allowed, "", text).count("\\")


@given(anything)
def test_a_unicode_name_is_its_own_name(label):
    assert unicode_name(unicode_name(label)) == unicode_name(label)


def test_a_layer_in_brackets_is_an_upper_index():
    assert unicode_name("w_21^[1]") == "w₂₁^[1]"
    assert latex_name("a_j^[l]") == "a_j^{[l]}"
    assert html_name("delta_1^[2]") == "<i>δ</i>₁<sup>[2]</sup>"
    assert html_name("a^[<b>]") == "<i>a^[&lt;b&gt;]</i>"
