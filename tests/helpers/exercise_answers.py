"""For each exercise of the notebooks a right answer, a wrong one, and what that one is told."""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    right: str
    wrong: str
    told: str


NETWORK_STEP = """
def answer(model, rate):
    for w in model.parameters():
        w.data -= rate * (w.grad + 0.1 * w.data)
"""

STEP_WITHOUT_DECAY = """
def answer(model, rate):
    for w in model.parameters():
        w.data -= rate * w.grad
"""

PREVIOUS = """
def answer(W, delta, slopes):
    return [s * sum(W[k][j] * d for k, d in enumerate(delta)) for j, s in enumerate(slopes)]
"""

PREVIOUS_NOT_TRANSPOSED = """
def answer(W, delta, slopes):
    return [sum(w * d for w, d in zip(row, delta)) for row in W]
"""

LOG_SUM_EXP = """
def answer(z1, z2):
    m = max(z1.data, z2.data)
    return m + ((z1 - m).exp() + (z2 - m).exp()).log()
"""

ACCURACY = """
def answer(model, X, Y):
    return sum((model(x).data > 0) == (y == 1) for x, y in zip(X, Y)) / len(X)
"""

PERPLEXITY = "lambda model, name: math.exp(model.loss(gpt.symbols_of(name)).data)"

HESSIAN_VECTOR = """
def answer(f, inputs, v):
    slopes = mg.grad(f, inputs, create_graph=True)
    return mg.grad(mg.sum([s * number for s, number in zip(slopes, v)]), inputs)
"""

ANSWERS: dict[str, list[Case]] = {
    "00": [Case("-2", "-3", "that is what x gets")],
    "01": [
        Case("-2", "-3", "that is what x gets"),
        Case("6", "1", "contributions add"),
        Case(
            "lambda z: (z.exp() - (-z).exp()) / (z.exp() + (-z).exp())",
            "lambda z: z.tanh()",
            "it uses the gates tanh",
        ),
    ],
    "02": [
        Case("0", "0.36", "where both relu gates were open"),
        Case("-0.119", "-0.578", "ŷ(1 − ŷ), is missing"),
        Case("lambda widths: __import__('math').prod(widths)", "sum", "there are 9 paths"),
    ],
    "03": [
        Case("0.128", "0.8", "slope a·(1 − a) is missing"),
        Case("-0.2", "-0.22", "updated weight"),
        Case(NETWORK_STEP, STEP_WITHOUT_DECAY, "the decay 0.1·w is missing"),
    ],
    "04": [
        Case("-1.5", "1.5", "negative"),
        Case("-0.1", "-1.111", "equation (1) multiplies it"),
        Case(PREVIOUS, PREVIOUS_NOT_TRANSPOSED, "sum over k, one for each j"),
    ],
    "05": [
        Case("0.88", "2.127", "that is the loss itself"),
        Case("1", "0.1", "plain gradient descent"),
        Case(ACCURACY, "lambda model, X, Y: 0.5", "of the points are right"),
    ],
    "06": [
        Case("0.75", "3", "divides by the sum"),
        Case("0.75", "1", "raising this share lowers the others"),
        Case(PERPLEXITY, "lambda model, name: 27", "for a new model it gives 27.00"),
    ],
    "07": [
        Case("-1.5", "1.5", "the sign"),
        Case("3", "1000", "reverse mode"),
        Case("lambda p, out: (1 / (p * (1 - p)),)", "lambda p, out: (1 / p,)", "the gates say"),
    ],
    "08": [
        Case("0.107", "8", "the factors multiply"),
        Case("float('nan')", "0", "√ has an infinite slope at 0"),
        Case(LOG_SUM_EXP, "lambda z1, z2: (z1.exp() + z2.exp()).log()", "gave inf"),
    ],
    "09": [
        Case("48", "32", "differentiate it once more"),
        Case("1", "-19", "gradient descent"),
        Case(HESSIAN_VECTOR, "lambda f, inputs, v: mg.grad(f, inputs)", "the whole matrix says"),
        Case("3000", "20000", "that is backward"),
        Case(
            "lambda n, m: 'forward' if n < m else 'backward'",
            "lambda n, m: 'backward'",
            "multiplications, backward",
        ),
    ],
    "10": [],
}
