"""One training step of the GPT of examples/gpt.py, Adam included, on a name of 8 symbols."""

from __future__ import annotations

import importlib.util
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np
from gpt_peers import LR, NumpyGPT, jax_gpt, torch_gpt
from measuring import Run, Targets, medians, print_times

import minigrad as mg

_place = Path(__file__).parents[1] / "examples" / "gpt.py"
_spec = importlib.util.spec_from_file_location("gpt_example", _place)
assert _spec is not None
assert _spec.loader is not None
example = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(example)

NAME = example.symbols_of("abcdefg")
OTHER_NAME = example.symbols_of("gfedcba")  # the first with other symbols is compared with eager
OURS, EAGER, NUMPY = "minigrad, training_steps", "minigrad, eager", "NumPy by hand"


def gpt_model():
    """The model, with the weights of its seed."""
    return example.GPT()


def numbers_of(model) -> list[float]:
    """The numbers of its parameters."""
    return [p.data for p in model.parameters()]


def check() -> None:
    """NumPy's gradients and steps, and the losses of all, must be minigrad's."""
    model = gpt_model()
    peer = NumpyGPT(numbers_of(model))
    model.loss(NAME).backward()
    peer.backward(NAME)
    gradients = np.array([p.grad for p in model.parameters()])
    assert np.abs(peer.grad - gradients).max() < 1e-9
    peers = {
        NUMPY: peer,
        "JAX": jax_gpt(numbers_of(model)),
        "PyTorch": torch_gpt(numbers_of(model)),
    }
    loss = mg.compile(model.loss)
    names = [NAME, OTHER_NAME, NAME, NAME]
    with mg.training_steps(loss, mg.optim.Adam(model.parameters(), lr=LR)) as step:
        ours = [step(name) for name in names]
    for tool, peer_step in peers.items():
        if peer_step is not None:
            theirs = [peer_step(name) for name in names]
            assert np.allclose(ours, theirs, rtol=1e-9, atol=0), f"{tool}: {theirs}, not {ours}"
    assert np.abs(peer.flat - numbers_of(model)).max() < 1e-9


def gpt(quick: bool, targets: Targets) -> None:
    """Print the times of one step."""
    print("\none training step of the GPT on a name of 8 symbols, Adam included")
    check()
    numbers = numbers_of(gpt_model())
    with ExitStack() as stack:
        runs = {}
        for name, prepared in {OURS: mg.compile, EAGER: lambda loss: loss}.items():
            model = gpt_model()
            optimizer = mg.optim.Adam(model.parameters(), lr=LR)
            loss = prepared(model.loss)
            step = stack.enter_context(mg.training_steps(loss, optimizer))
            runs[name] = Run(partial(step, NAME))
            if name == OURS:
                step(NAME)
                step(OTHER_NAME)
                (recording,) = loss.recordings.values()
                tape = recording.running.native_tape()
                native = partial(tape.schedule.run, tape.values())
                runs["minigrad, native tape alone"] = Run(native)
        runs[NUMPY] = Run(partial(NumpyGPT(numbers), NAME))
        for tool, make in {"PyTorch": torch_gpt, "JAX, jit": jax_gpt}.items():
            peer = make(numbers)
            if peer is not None and not quick:
                runs[tool] = Run(partial(peer, NAME))
        times = medians(runs)
    print_times(times, OURS)
    targets.at_most(200, times[OURS] * 1e6, "µs, GPT step")
    targets.at_least(300, times[EAGER] / times[OURS], "eager / compiled, GPT step")
    targets.at_least(1, times[NUMPY] / times[OURS], "NumPy by hand / compiled, GPT step")
