"""The golden case of Muon: data/golden/muon.json and muon.safetensors, computed in float64.

usage: python bench/peers/numpy/muon.py data/golden

A transcription of github.com/KellerJordan/Muon (muon.py, commit 00ba60d): momentum and update are interpolations, Nesterov, the quintic
Newton-Schulz iteration, decay before the step. It differs in two points, which our optimiser shares: the iteration runs in full precision
and not in bfloat16, and a kernel [out in h w] is the matrix [out in*h*w] in the scale of its update, too.
"""

import hashlib
import json
import struct
import sys
from pathlib import Path

import numpy as np

SEED = 1801
STEPS = 5
CONFIG = {"lr": 0.02, "momentum": 0.95, "nesterov": True, "iterations": 5, "weight_decay": 0.1}
SHAPES = {
    "square": (6, 6),
    "wide": (8, 20),
    "tall": (24, 8),
    "tall_too": (24, 8),
    "kernel": (6, 4, 3, 3),
    "tiny_gradient": (5, 7),
    "rank_one": (7, 5),
}
SCALES = {"spectral": lambda rows, columns: max(1, rows / columns) ** 0.5,
          "rms": lambda rows, columns: 0.2 * max(rows, columns) ** 0.5}


def orthogonalized(g, iterations):
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g.T if g.shape[0] > g.shape[1] else g
    x = x / (np.linalg.norm(x) + 1e-7)
    for _ in range(iterations):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if g.shape[0] > g.shape[1] else x


def step(p, g, m, scale):
    beta = CONFIG["momentum"]
    m = beta * m + (1 - beta) * g
    update = (1 - beta) * g + beta * m if CONFIG["nesterov"] else m
    matrix = update.reshape(len(update), -1)
    update = SCALES[scale](*matrix.shape) * orthogonalized(matrix, CONFIG["iterations"])
    return p * (1 - CONFIG["lr"] * CONFIG["weight_decay"]) - CONFIG["lr"] * update.reshape(p.shape), m


def drawn(random):
    """Parameters and gradients as float32 numbers, so that both sides begin from the same."""
    params, gradients = {}, {}
    for name, shape in SHAPES.items():
        params[name] = random.normal(size=shape).astype(np.float32)
        g = random.normal(size=(STEPS, *shape))
        if name == "rank_one":
            g = np.einsum("si,sj->sij", random.normal(size=(STEPS, shape[0])), random.normal(size=(STEPS, shape[1])))
        gradients[name] = (g * (1e-6 if name == "tiny_gradient" else 1)).astype(np.float32)
    return params, gradients


def write(path, tensors, case):
    header, body = {"__metadata__": {"case": case}}, b""
    for name, array in tensors.items():
        data = np.ascontiguousarray(array).tobytes()
        header[name] = {
            "dtype": {"float32": "F32", "float64": "F64"}[str(array.dtype)],
            "shape": list(array.shape),
            "data_offsets": [len(body), len(body) + len(data)],
        }
        body += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def main():
    folder = Path(sys.argv[1])
    params, gradients = drawn(np.random.default_rng(SEED))
    # The wider type first: what follows stays aligned.
    inputs = {f"inputs.params.{name}": array for name, array in params.items()}
    inputs |= {f"inputs.gradients.{name}": array for name, array in gradients.items()}
    outputs = {}
    for name in SHAPES:
        for scale in SCALES:
            p, m, history = params[name].astype(np.float64), 0.0, []
            for g in gradients[name].astype(np.float64):
                p, m = step(p, g, m, scale)
                history.append(p)
            outputs[f"outputs.{scale}.params.{name}"] = np.stack(history)
        outputs[f"outputs.momentum.{name}"] = m
    tensors = outputs | inputs
    write(folder / "muon.safetensors", tensors, "muon")
    description = {
        "case": "muon",
        "what": f"{STEPS} Muon steps with given gradients, under both scales of the update (outputs.SCALE.params.NAME[s] = the matrix after "
        "step s + 1; momentum after the last one).",
        "reference": [
            {"package": "numpy", "version": np.__version__, "object": "bench/peers/numpy/muon.py"},
            {"repository": "KellerJordan/Muon", "commit": "00ba60d3a0d188993831f86e4d62597bb0e9b21c", "object": "muon.py: transcribed"},
        ],
        "config": {"muon": CONFIG, "steps": STEPS},
        "notes": [
            "The reference iterates in bfloat16; here in float64. Its scale for a kernel is that of the kernel's last two sides (1 for square "
            "kernels); here that of the matrix [out in*h*w].",
            "outputs.rms is the scale of Liu et al. 2025, 0.2 * sqrt(max(rows, columns)).",
            "tiny_gradient: the update does not depend on the gradient's length. rank_one: four of five singular values are zero in the first step.",
        ],
        "seed": SEED,
        "dtype": "inputs float32, outputs float64",
        "tolerance": {
            "metric": "relative L2 error per tensor: ||actual - expected||_2 / ||expected||_2",
            "outputs": 1e-05,
            "updates_absolute": 1e-05,
        },
        "sha256": hashlib.sha256((folder / "muon.safetensors").read_bytes()).hexdigest(),
    }
    (folder / "muon.json").write_text(json.dumps(description, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
