"""A GPT in scalars: it learns to invent names, and every number in it is a wire.

    python examples/gpt.py              1,000 steps, then some names
    python examples/gpt.py --eager 3    the same without mg.compile, for 3 steps

One layer, 16 dimensions, 4 heads, a context of 16 and 27 symbols: 4,192 parameters. The function
`loss` is ordinary Python over Values; `mg.compile` records it once for each length of a name.
"""

from __future__ import annotations

import argparse
import itertools
import random
from time import perf_counter

import minigrad as mg
from minigrad import Value, optim

LETTERS = ".abcdefghijklmnopqrstuvwxyz"  # the dot begins and ends a name
SIZE, HEADS, CONTEXT, HIDDEN = 16, 4, 16, 64


class GPT:
    """Embeddings, one layer of attention and one of two matrices, and a last matrix."""

    def __init__(self, seed: int = 1) -> None:
        rng = random.Random(seed)

        def matrix(rows: int, columns: int) -> list[list[Value]]:
            return [[Value(rng.gauss(0.0, 0.08)) for _ in range(columns)] for _ in range(rows)]

        self.tokens = matrix(len(LETTERS), SIZE)
        self.places = matrix(CONTEXT, SIZE)
        self.query, self.key, self.value, self.out = (matrix(SIZE, SIZE) for _ in range(4))
        self.up, self.down = matrix(HIDDEN, SIZE), matrix(SIZE, HIDDEN)
        self.head = matrix(len(LETTERS), SIZE)

    def parameters(self) -> list[Value]:
        """All parameters, in the order in which they were made."""
        return [w for matrix in vars(self).values() for row in matrix for w in row]

    def logits(self, token, place: int, keys: list, values: list) -> list:
        """The scores of the next symbol; keys and values of the places so far are appended to."""
        x = normalised(added(mg.lookup(self.tokens, token), self.places[place]))
        h = normalised(x)
        query = linear(self.query, h)
        keys.append(linear(self.key, h))
        values.append(linear(self.value, h))
        x = added(x, linear(self.out, attention(query, keys, values)))
        hidden = [mg.relu(z) for z in linear(self.up, normalised(x))]
        x = added(x, linear(self.down, hidden))
        return linear(self.head, x)

    def loss(self, symbols: list) -> Value:
        """The mean cross-entropy of every next symbol of a name between two dots."""
        keys: list = []
        values: list = []
        losses = []
        for place, (symbol, following) in enumerate(itertools.pairwise(symbols)):
            logits = self.logits(symbol, place, keys, values)
            losses.append(mg.log(mg.sum(softmax_terms(logits)[0])) + _largest(logits))
            losses[-1] = losses[-1] - mg.select(logits, following)
        return mg.sum(losses) / len(losses)


def linear(matrix: list, x: list) -> list:
    """A matrix times a vector."""
    return [mg.dot(row, x) for row in matrix]


def added(x: list, y: list) -> list:
    """The sum of two vectors."""
    return [a + b for a, b in zip(x, y)]


def normalised(x: list) -> list:
    """RMSNorm: the vector with a mean square of 1 (B. Zhang, R. Sennrich 2019)."""
    scale = (mg.sum([a * a for a in x]) / len(x) + 1e-5) ** -0.5
    return [a * scale for a in x]


def _largest(numbers: list):
    return mg.maximum(numbers)


def softmax_terms(scores: list) -> tuple[list, Value]:
    """e to the power of every score, from the largest on, and their sum."""
    largest = _largest(scores)
    terms = [mg.exp(score - largest) for score in scores]
    return terms, mg.sum(terms)


def attention(query: list, keys: list, values: list) -> list:
    """Each head looks at its part of the keys, and mixes its part of the values."""
    part = SIZE // HEADS
    mixed = []
    for start in range(0, SIZE, part):
        cut = slice(start, start + part)
        scores = [mg.dot(query[cut], key[cut]) / part**0.5 for key in keys]
        terms, total = softmax_terms(scores)
        shares = [term / total for term in terms]
        mixed += [
            mg.dot(shares, [value[place] for value in values])
            for place in range(cut.start, cut.stop)
        ]
    return mixed


def symbols_of(name: str) -> list[int]:
    """A name between two dots, as numbers."""
    return [LETTERS.index(letter) for letter in f".{name}."]


def sample(model: GPT, rng: random.Random, temperature: float = 0.5) -> str:
    """A new name, symbol by symbol."""
    name, keys, values = ".", [], []
    with mg.no_grad():
        while len(name) < CONTEXT:
            token = LETTERS.index(name[-1])
            logits = model.logits(token, len(name) - 1, keys, values)
            terms, _ = softmax_terms([logit / temperature for logit in logits])
            name += rng.choices(LETTERS, weights=list(map(float, terms)))[0]
            if name[-1] == ".":
                break
    return name.strip(".")


def train(steps: int, compiled: bool = True, seed: int = 1) -> tuple[GPT, list[float]]:
    """A model after so many steps, one name each, and the losses."""
    model = GPT(seed)
    loss = mg.compile(model.loss) if compiled else model.loss
    names = mg.datasets.names(200, seed=0)
    optimizer = optim.Adam(model.parameters(), lr=lambda step: 0.01 * (1.0 - step / (steps + 1)))
    with mg.training_steps(loss, optimizer) as step:
        losses = [step(symbols_of(names[i % len(names)])) for i in range(steps)]
    return model, losses


def main() -> None:
    """Train, then print some names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--eager", type=int, metavar="STEPS", help="train without mg.compile")
    parser.add_argument("--steps", type=int, default=1000)
    arguments = parser.parse_args()
    steps = arguments.eager or arguments.steps
    start = perf_counter()
    model, losses = train(steps, compiled=not arguments.eager)
    seconds = perf_counter() - start
    last = losses[-50:]
    print(f"{steps} steps in {seconds:.1f} s, loss {losses[0]:.3f} → {sum(last) / len(last):.3f}")
    rng = random.Random(0)
    if not arguments.eager:
        print(*[sample(model, rng) for _ in range(10)])


if __name__ == "__main__":
    main()
