"""Stepping and the player: what a step costs in Python and in a browser, how a page is made.

python benchmarks/player.py      the browser's part needs Chromium and playwright
"""

from __future__ import annotations

import importlib.util
import shutil
import statistics
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import minigrad as mg
from minigrad import Stepper, Value, nn

TIMES_OF_STEPS = """async () => {
  const player = document.querySelector('.minigrad-player');
  const button = player.shadowRoot.querySelector('button[aria-label="step"]');
  const took = [];
  for (let i = 0; i < 600; i++) {
    const start = performance.now();
    button.click();
    player.getBoundingClientRect();
    took.push(performance.now() - start);
    await new Promise(requestAnimationFrame);
  }
  return took.sort((a, b) => a - b);
}"""


TIMES_OF_DRAGS = """async () => {
  const root = document.querySelector('.minigrad-player').shadowRoot;
  const leaf = root.querySelector('.leaf');
  leaf.focus();
  const took = [];
  for (let i = 0; i < 100; i++) {
    const key = i % 2 ? 'ArrowUp' : 'ArrowDown';
    const start = performance.now();
    leaf.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, composed: true}));
    const computed = performance.now() - start;
    root.querySelector('svg').getBoundingClientRect();
    took.push([performance.now() - start, computed]);
    await new Promise(requestAnimationFrame);
  }
  return took.sort((a, b) => a[0] - b[0]);
}"""


VIEWS = {
    "as it opens": (),
    "the whole picture": ("f",),
    "the smallest that can be read": ("1", "-", "-", "-", "-"),
    "the whole picture, hot": ("f", "h"),
}


def neuron() -> Value:
    """The unit of the texts, with two inputs."""
    w0, x0, w1, x1, w2 = map(Value, (2.0, -1.0, -3.0, -2.0, -3.0))
    return (w0 * x0 + w1 * x1 + w2).sigmoid()


def network() -> Value:
    """The output of MLP(2, [3, 1])."""
    output: Value = nn.MLP(2, [3, 1], activation="tanh", seed=1)([0.5, -2.0])
    return output


def rows_of_300_gates() -> Value:
    """Ten chains of 15 × and 15 tanh gates each, and their sum."""
    ends = []
    for row in range(10):
        wire = Value(0.1 * row)
        for _ in range(15):
            wire = (wire * Value(0.9)).tanh()
        ends.append(wire)
    total: Value = mg.sum(ends)
    return total


def python_step() -> None:
    """Every step of 100,000 gates, without drawing."""
    wire = Value(0.5)
    for _ in range(50_000):
        wire = wire.tanh() + 1.0
    start = process_time()
    stepper = Stepper(wire)
    for _ in stepper:
        pass
    microseconds = (process_time() - start) / len(stepper) * 1e6
    print(f"a step in Python, {len(stepper):,} of them: {microseconds:.2f} µs (wanted: under 5)")


def page(name: str, build: Callable[[], Value], most_kilobytes: int) -> None:
    """How long the player's page takes to make, and how large it is."""
    Stepper(build()).player()
    start = perf_counter()
    made = Stepper(build()).player().page
    seconds = perf_counter() - start
    kilobytes = len(made.encode()) / 1000
    print(f"the page of {name}: {kilobytes:.0f} KB (wanted: {most_kilobytes}), {seconds:.2f} s")


def network_of(sizes: list[int]) -> Value:
    """A network's squared error, as large as these layers make it."""
    model = nn.MLP(sizes[0], sizes[1:], activation="tanh", seed=1)
    error: Value = model([0.1 * (i + 1) for i in range(sizes[0])]) - 1.0
    return error**2


def browser() -> None:
    """Steps and drags in Chromium: until the picture is laid out again, by the browser's clock."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None or importlib.util.find_spec("playwright") is None:
        print("steps and drags in the browser: not measured, for lack of Chromium or playwright")
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        file = Path(folder) / "player.html"
        file.write_text(Stepper(rows_of_300_gates()).player().page, encoding="utf-8")
        tab = browser.new_page()
        tab.goto(file.as_uri())
        took = tab.evaluate(TIMES_OF_STEPS)
        middle, worst = statistics.median(took), took[-1]
        print(f"a step of 301 gates in the browser: median {middle:.1f} ms (16), worst {worst:.1f}")
        for sizes in ([4, 6, 3, 1], [7, 12, 10, 1]):
            stepper = Stepper(network_of(sizes))
            file.write_text(stepper.player().page, encoding="utf-8")
            for view, keys in VIEWS.items():
                tab.goto(file.as_uri())
                for key in keys:
                    tab.keyboard.press(key)
                drags = tab.evaluate(TIMES_OF_DRAGS)
                (least, _), (middle, computed) = drags[0], drags[len(drags) // 2]
                print(
                    f"a drag in {len(stepper.circuit.gates)} gates, {view}: {middle:.1f} ms (16), "
                    f"of which {computed:.1f} compute; at best {least:.1f}"
                )
        browser.close()


if __name__ == "__main__":
    python_step()
    page("a neuron", neuron, 100)
    page("MLP(2, [3, 1])", network, 150)
    browser()
