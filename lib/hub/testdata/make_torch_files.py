"""Writes the torch files of this folder. They were made with torch 2.13.0 and safetensors 0.8.0: python make_torch_files.py

state.bin            nested dicts of tensors as torch.save writes them: every element type, views, shared storages, parameters
state.safetensors    the same tensors, flattened and contiguous: the expected values
os_system.bin        an object whose unpickling would run a command
module.bin           a whole module, which only executing code could rebuild
number.bin           a dict with something that is no tensor
protocol4.bin        the same tensors with another pickle protocol
legacy.bin           as torch wrote before 1.6, no zip file
float8.bin           an element type that is not read
"""

import os
from collections import OrderedDict

import torch
from safetensors.torch import save_file

here = os.path.dirname(os.path.abspath(__file__))
torch.manual_seed(1)


def path(name):
    return os.path.join(here, name)


class RunsCommand:
    def __reduce__(self):
        return (os.system, ("touch /tmp/a-pickle-was-executed",))


base = torch.randn(6, 8)
linear = torch.nn.Linear(3, 2)
state = {
    "image_proj": OrderedDict(
        float32=base,
        float16=torch.randn(5, 3).half(),
        bfloat16=torch.randn(7).bfloat16(),
        float64=torch.randn(4).double(),
        int64=torch.tensor([[0, -1], [2**31 - 1, -(2**31)]]),
        int32=torch.tensor([5, -6], dtype=torch.int32),
        int16=torch.tensor([5, -6], dtype=torch.int16),
        int8=torch.tensor([5, -6], dtype=torch.int8),
        uint8=torch.tensor([5, 250], dtype=torch.uint8),
        bool=torch.tensor([True, False, True]),
        scalar=torch.tensor(2.5),
        empty=torch.zeros(0, 4),
    ),
    "ip_adapter": {
        "1.rows": base[2:4],
        "1.columns": base[:, 3],
        "1.transposed": base.T,
        "1.every_other": base[1::2, ::3],
        "1.expanded": base[0].expand(3, 8),
        "1.half_transposed": torch.randn(4, 3).half().T[1:],
        "3.parameter": torch.nn.Parameter(torch.randn(2, 2, 2)),
    },
    "module": linear.state_dict(),
}
torch.save(state, path("state.bin"))
flat = {
    f"{group}.{name}": tensor.detach().clone().contiguous()
    for group, tensors in state.items()
    for name, tensor in tensors.items()
}
save_file(flat, path("state.safetensors"))

small = {"weight": torch.arange(4.0)}
torch.save({"weight": RunsCommand()}, path("os_system.bin"))
torch.save(linear, path("module.bin"))
torch.save({"weight": small["weight"], "epoch": 3}, path("number.bin"))
torch.save(small, path("protocol4.bin"), pickle_protocol=4)
torch.save(small, path("legacy.bin"), _use_new_zipfile_serialization=False)
torch.save({"weight": torch.zeros(4, dtype=torch.float8_e4m3fn)}, path("float8.bin"))
