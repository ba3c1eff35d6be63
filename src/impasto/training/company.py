"""Several processes that teach one network together, as `torchrun` starts them: each learns from photos of its own.

Nothing is sent here but what torch's DistributedDataParallel averages by itself (Li et al. 2020, arXiv 2006.15704), and
a number to agree on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

VARIABLES = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")


@dataclass(frozen=True)
class Company:
    """Which of how many processes this is; alone, the first of one."""

    rank: int = 0
    processes: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process is the one that writes files."""
        return self.rank == 0

    def device(self, wanted: str) -> str:
        """The device of this process: of several GPUs its own."""
        if self.processes > 1 and wanted in ("auto", "cuda") and torch.cuda.is_available():
            return f"cuda:{int(os.environ.get('LOCAL_RANK', '0'))}"
        return wanted

    def together(self, network: nn.Module) -> nn.Module:
        """The network as it learns in company: gradients are means over all processes."""
        if self.processes == 1:
            return network
        device = next(network.parameters()).device
        return DistributedDataParallel(network, device_ids=[device.index] if device.type == "cuda" else None)

    def wait(self) -> None:
        """Wait until all processes are here."""
        self.agreed(0.0)

    def agreed(self, number: float) -> float:
        """The number of the process that leads."""
        if self.processes == 1:
            return number
        on = torch.device("cuda" if distributed.get_backend() == "nccl" else "cpu")
        told = torch.tensor([number], dtype=torch.float64, device=on)
        distributed.broadcast(told, src=0)
        return float(told)


def launched() -> bool:
    """Whether `torchrun`, or another that sets the same variables, started this process as one of several."""
    return all(name in os.environ for name in VARIABLES) and int(os.environ["WORLD_SIZE"]) > 1


@contextmanager
def company() -> Iterator[Company]:
    """The processes that were started together; this one alone, if it was started by itself."""
    if not launched():
        yield Company()
        return
    distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield Company(distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()
