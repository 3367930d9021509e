"""The player as text: its parts, its size, what it says without scripts, and hostile labels."""

import base64
import re
from html.parser import HTMLParser

import pytest
from helpers.stepped import neuron

import minigrad as mg
from minigrad import Stepper, Value
from minigrad.files import as_script
from minigrad.stepping.frames import animated_svg, frames

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>&\u2028\"'`${1}{0}"


class Tags(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def named(self, name: str) -> list[dict]:
        return [attributes for tag, attributes in self.found if tag == name]


def picture_in(html: str) -> str:
    source = Tags(html).named("img")[0]["src"]
    return base64.b64decode(source.removeprefix("data:image/svg+xml;base64,")).decode()


def network() -> Value:
    """MLP(2, [3, 1]) with a squared error, written out."""
    xs = [Value(0.5, label="x_1"), Value(-1.2, label="x_2")]
    hidden = []
    for j in (1, 2, 3):
        ws = [Value(0.3 * j - 0.2 * k, label=f"w_{j}{k}^1") for k in (1, 2)]
        terms = [w * x for w, x in zip(ws, xs)]
        hidden.append(mg.sum([*terms, Value(0.1, label=f"b_{j}^1")]).tanh())
    ws = [Value(0.5 - 0.3 * k, label=f"w_1{k}^2") for k in (1, 2, 3)]
    z = mg.sum([*(w * a for w, a in zip(ws, hidden)), Value(0.1, label="b_1^2")])
    return (z - 1) ** 2


def test_it_is_one_picture_and_one_script_and_fetches_nothing():
    page = Stepper(neuron()[0]).player().page
    tags = Tags(page)
    assert [tag for tag, _ in tags.found if tag in ("img", "script", "link", "iframe")] == [
        "img",
        "script",
    ]
    assert "src" not in tags.named("script")[0]
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", page))
    assert addresses == {"http://www.w3.org/2000/svg"}
    policy = next(meta for meta in tags.named("meta") if "content" in meta and "http-equiv" in meta)
    assert policy["content"].startswith("default-src 'none'")


def test_the_sizes_that_were_promised():
    assert len(Stepper(neuron()[0]).player().page.encode()) < 100_000
    assert len(Stepper(network()).player().page.encode()) < 150_000


def test_without_scripts_the_finished_circuit_stays():
    f, _ = neuron()
    f.label = "f"
    html = Stepper(f).player().html
    picture = picture_in(html)
    assert "−0.393" in picture
    assert "?" not in re.sub(r"<[^>]*>", "", picture)
    assert (
        Tags(html)
        .named("img")[0]["alt"]
        .startswith("f = 0.731: 5 gates; gradients: w₀ −0.197, x₀ 0.393, w₁ −0.393")
    )


def test_making_a_player_leaves_the_stepper_where_it_is():
    stepper = Stepper(neuron()[0])
    stepper.position = 7
    stepper.player()
    assert stepper.position == 7
    assert '"position":7' in stepper.player().html


def test_a_hostile_label_stays_text():
    x = Value(1.0, label=HOSTILE)
    stepper = Stepper((x * x).tanh())
    page = stepper.player().page
    tags = Tags(page)
    assert len(tags.named("script")) == len(tags.named("img")) == 1
    assert page.count("</script") == 1
    assert "\u2028" not in page
    assert "onerror" not in tags.named("img")[0]
    for svg in (picture_in(page), animated_svg(stepper), *frames(stepper)):
        assert not {tag for tag, _ in Tags(svg).found} & {"script", "img", "foreignobject"}
    stepper.position = 3
    assert [
        tag
        for tag, _ in Tags(stepper._repr_mimebundle_()["text/html"]).found
        if tag in ("img", "script")
    ] == ["img"]


def test_a_hostile_gate_of_ones_own_stays_text():
    @mg.gate(symbol=HOSTILE, local_gradient=lambda x, out: (2 * x,))
    def constructor(x):
        return x * x

    page = Stepper(constructor(Value(3.0, label="x"))).player().page
    assert page.count("</script") == 1
    assert len(Tags(page).named("img")) == 1
    assert "\u2028" not in page


@pytest.mark.parametrize("text", ["</script>", "<!--", "&amp;", "\u2028\u2029", '"\\', "\x00"])
def test_data_cannot_end_its_script(text):
    literal = as_script({"label": text})
    assert not set("<>&\u2028\u2029\x00") & set(literal)


def test_infinities_and_nan_are_numbers_in_the_script():
    x = Value(0.0, label="x")
    html = Stepper(x.log() * 0).player().html
    assert "Infinity" in html
    assert "NaN" in html


def test_a_notebook_shows_the_present_step_with_its_sentence():
    f, v = neuron()
    stepper = Stepper(f)
    stepper.run_to(v["w_1"])
    html = stepper._repr_mimebundle_()["text/html"]
    assert "w₁ receives 0.197 · x₁ = −0.393" in html
    assert "−0.590" in picture_in(html)
    assert ">?<" in picture_in(html)  # w₀ and x₀ are not known yet


def test_saving_by_the_ending(tmp_path):
    stepper = Stepper(Value(2.0, label="x").exp())
    for name, start in [("a.html", b"<!DOCTYPE html>"), ("a.SVG", b"<svg")]:
        stepper.save(tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(start)
    with pytest.raises(ValueError, match=r"must end with .html, .svg or .gif"):
        stepper.save(tmp_path / "a.docx")
    with pytest.raises(OSError, match="cannot write"):
        stepper.save(tmp_path / "no folder" / "a.html")


def test_a_gif_has_a_frame_for_every_position(tmp_path):
    image_module = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    stepper = Stepper(Value(2.0, label="x").exp())
    stepper.save(tmp_path / "steps.gif")
    with image_module.open(tmp_path / "steps.gif") as gif:
        assert gif.n_frames == len(stepper) + 1 == 3


def test_frames_are_files_of_one_size(tmp_path):
    stepper = Stepper(neuron()[0])
    paths = stepper.save_frames(tmp_path / "steps")
    assert [path.name for path in paths[:2]] == ["step_00.svg", "step_01.svg"]
    assert len(paths) == 11
    assert len({re.search(r'viewBox="[^"]*"', path.read_text())[0] for path in paths}) == 1
    (png,) = Stepper(Value(1.0)).save_frames(tmp_path, kind="png")
    assert png.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="'svg' or 'png', got 'jpg'"):
        stepper.save_frames(tmp_path, kind="jpg")


def test_a_folder_holds_one_film_and_what_is_not_of_a_film_stays(tmp_path):
    Stepper(Value(2.0).exp().exp().exp().exp().exp()).save_frames(tmp_path)
    others = ["step_1.png", "step_x.svg", "my_step_1.svg", "step_.svg"]
    for name in others:
        (tmp_path / name).write_bytes(b"")
    own = tmp_path / "step_2024.svg"
    own.write_text("<svg/>")
    paths = Stepper(Value(2.0).exp()).save_frames(tmp_path)
    assert [path.name for path in paths] == ["step_0.svg", "step_1.svg", "step_2.svg"]
    assert own.exists()  # no film has counted as far
    own.unlink()
    assert set(tmp_path.iterdir()) == {*paths, *(tmp_path / name for name in others)}


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for name in ("file", "file/below", "a\0b"):
        with pytest.raises((OSError, ValueError), match="cannot make the folder '"):
            Stepper(Value(2.0).exp()).save_frames(tmp_path / name)


def test_stepper_and_player_have_a_png_so_that_nothing_vanishes_in_a_pdf():
    stepper = Stepper(neuron()[0])
    stepper.position = 7
    for shown in (stepper, stepper.player()):
        bundle = shown._repr_mimebundle_()
        assert bundle.keys() == {"text/html", "image/png", "text/plain"}
        assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert stepper.position == 7


@pytest.mark.parametrize(
    ("thing", "advice"),
    [([Value(1.0)], "mg.sum"), (mg.nn.MLP(2, [1]), r"Stepper\(model\(x\)\)"), (3.0, "Value")],
)
def test_a_stepper_of_anything_but_one_output_says_what_to_do(thing, advice):
    with pytest.raises(TypeError, match=advice):
        Stepper(thing)


def test_the_start_says_once_what_an_upper_index_is():
    model = mg.nn.MLP(1, [1, 1], activation="tanh", seed=1)
    told = "An upper index is the layer."
    assert mg.Stepper(model(2.0)).player().html.count(told) == 1
    assert told not in mg.Stepper(model(2.0), notation="[l]").player().html
    assert told not in mg.Stepper(Value(2.0, label="x").exp()).player().html


def test_what_is_too_large_for_a_picture_is_refused_before_its_texts_are_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("texts were written, which takes long")

    monkeypatch.setattr("minigrad.stepping.player.page_data", never)
    x = Value(0.5)
    for _ in range(2001):
        x = x.tanh()
    with pytest.raises(ValueError, match=r"2,001 gates are too many for one picture"):
        Stepper(x).player()


def test_what_is_too_large_for_a_player_says_what_a_stepper_can_do_and_that_is_so() -> None:
    wires = [Value(0.5)]
    for _ in range(2001):
        wires.append(wires[-1].tanh())
    stepper = Stepper(wires[-1])
    for refused in (stepper.player, stepper._repr_mimebundle_):
        with pytest.raises(ValueError, match=r"at most 2,000\): Stepper\(wire\), with a") as error:
            refused()
        assert "around=" not in str(error.value)
    assert "7 gates" in Stepper(wires[7]).player().html
    assert sum(1 for _ in stepper) == 4002
    assert "20 gates" in repr(mg.draw(wires[-1], depth=20))
    model = mg.nn.MLP(30, [40, 40, 1], seed=1)([0.1] * 30)
    with pytest.raises(ValueError, match='collapse="neuron"'):
        Stepper(model).player()
    assert "unit-" in mg.draw(model, collapse="neuron").source
