"""PyTorch's side of `deno task bench`: one piece of work in eager mode or through torch.compile, driven by JSON lines.

usage: python serve.py WORK CASE.safetensors eager|compile THREADS check|time

CASE holds all weights, one batch (prefix "batch.") and, in its header, the sizes. The first line of output says what it runs on and how
long building, compiling and the first run took. What is timed keeps nothing of that run. Requests on standard input, one answer line each on
standard output:

    {"do": "check", "steps": 3, "arrays": PATH}  of one that checks: losses of the first steps, norm of the first gradient; that gradient
                                                 before clipping, or the outputs, go to PATH
    {"do": "time", "steps": 3}                   milliseconds of each run, after one that is not counted
    {"do": "usage"}                              processor seconds and peak memory so far
"""

import json
import platform
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch._inductor.config
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from inference import Encoder, ImageDecoder, Inference, Sampler
from training import AdaptedModel, BaseModel, Training

TOKEN_IDS = ("ids", "no_text")


def load(path: str) -> tuple[dict, dict[str, Tensor], dict[str, Tensor]]:
    """Sizes, weights, batch."""
    with safe_open(path, framework="pt") as file:
        config = json.loads(file.metadata()["config"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    batch = {name[6:]: tensors.pop(name) for name in list(tensors) if name.startswith("batch.")}
    for name in TOKEN_IDS:
        if name in batch:
            batch[name] = batch[name].long()
    return config, tensors, batch


@dataclass(frozen=True)
class Work:
    """A model whose work is timed: trained, or run for its outputs."""

    model: Callable[[dict], nn.Module]
    trained: bool = False
    #: What the case's names are prefixed with to be the model's.
    prefix: str = ""
    #: A tensor of the batch that is laid out with channels last, as the model then is.
    channels_last: str | None = None


#: By their names in bench/works/mod.ts.
WORKS = {
    "train": Work(AdaptedModel, trained=True),
    "pretrain": Work(BaseModel, trained=True),
    "sample": Work(Sampler),
    "encode": Work(Encoder, prefix="tower."),
    # Measured: a quarter faster with channels last; no gain in the other works.
    "vae": Work(ImageDecoder, prefix="vae.", channels_last="latents"),
}


def open_work(
    name: str, mode: str, config: dict, weights: dict[str, Tensor], batch: dict[str, Tensor]
) -> Training | Inference:
    prepare = torch.compile if mode == "compile" else lambda module: module
    work = WORKS[name]
    model = work.model(config)
    model.load_state_dict({work.prefix + key: tensor for key, tensor in weights.items()}, strict=True)
    if work.trained:
        return Training(model, batch, prepare, config.get("emaDecay"))
    # What PyTorch advises for inference on a CPU: weights become constants of the compiled graph, laid out once. Measured: twice as fast.
    torch._inductor.config.freezing = mode == "compile"
    model.requires_grad_(False)
    if work.channels_last:
        model.to(memory_format=torch.channels_last)
        batch[work.channels_last] = batch[work.channels_last].contiguous(memory_format=torch.channels_last)
    model.prepare(prepare)
    return Inference(model, batch)


def measure(work: Training | Inference, steps: int) -> list[float]:
    work.run()
    milliseconds = []
    for _ in range(steps):
        start = time.perf_counter()
        work.run()
        milliseconds.append(1000 * (time.perf_counter() - start))
    return milliseconds


def usage() -> dict:
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return {"cpuSeconds": time.process_time(), "peakMemoryMiB": kib / 1024}


def main() -> None:
    name, path, mode, threads, purpose = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.set_flush_denormal(True)
    answer = lambda value: print(json.dumps(value), flush=True)
    case = load(path)
    start = time.perf_counter()
    work = open_work(name, mode, *case)
    work.first() if purpose == "check" else work.run()
    answer({
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "threads": torch.get_num_threads(),
        "startSeconds": time.perf_counter() - start,
    })
    for line in sys.stdin:
        request = json.loads(line)
        match request["do"]:
            case "check":
                report, arrays = work.check(request["steps"])
                save_file({key: value.contiguous() for key, value in arrays.items()}, request["arrays"])
                answer(report)
            case "time":
                answer({"milliseconds": measure(work, request["steps"])})
            case "usage":
                answer(usage())
            case other:
                raise SystemExit(f"no request {other!r}")


if __name__ == "__main__":
    main()
