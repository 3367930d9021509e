"""The wing nn."""

from . import datasets, losses
from .accuracy import accuracy
from .datasets import moons
from .deltas import activation_slope
from .layers import MLP, Layer
from .losses import binary_cross_entropy, half_squared_error
from .module import Module
from .neuron import Neuron

__all__ = [
    "MLP",
    "Layer",
    "Module",
    "Neuron",
    "accuracy",
    "activation_slope",
    "binary_cross_entropy",
    "datasets",
    "half_squared_error",
    "losses",
    "moons",
]
