"""A device that is none: numbers that lie in this processor's memory and are treated as if they lay elsewhere.

It stands in for a GPU where there is none. What mixes numbers of two devices fails as it would there, and so does what
asks for double precision, which some GPUs lack. Reading back to the processor is counted: on a GPU it waits for all the
work before it. It goes by the name of `meta`, which torch knows without any driver.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

PLACE = torch.device("meta")

READS = (torch.ops.aten._local_scalar_dense.default, torch.ops.aten.equal.default)
"""What hands a number to Python."""

CARRIES = (torch.ops.aten.copy_.default, torch.ops.aten._to_copy.default)
"""What may have numbers of both devices."""


class Away(Tensor):
    """Numbers on the pretended device."""

    here: Tensor

    @staticmethod
    def __new__(cls, here: Tensor) -> Away:
        made: Away = Tensor._make_wrapper_subclass(  # type: ignore[attr-defined]
            cls, here.shape, here.stride(), here.storage_offset(), dtype=here.dtype, device=PLACE
        )
        made.here = here
        return made

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        raise AssertionError(f"{func} outside of the pretended device")


class _Listed(TorchFunctionMode):
    """Lists of Python's are brought to the device and from there by way of the processor, or torch would refuse."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if func is Tensor.new_tensor and isinstance(args[0], Away):
            args, kwargs = args[1:], {"device": PLACE, "dtype": args[0].dtype} | kwargs
            func = torch.tensor
        if func is torch.tensor and torch.device(kwargs.get("device") or "cpu") == PLACE:
            return torch.tensor(*args, **(kwargs | {"device": "cpu"})).to(PLACE)
        if func is Tensor.tolist and isinstance(args[0], Away):
            return args[0].cpu().tolist()
        return func(*args, **kwargs)


class PretendedDevice(TorchDispatchMode):
    """While it is entered there is such a device. reads: how often something was read back."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self._listed = _Listed()

    def __enter__(self) -> PretendedDevice:
        self._listed.__enter__()
        super().__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self._listed.__exit__(*error)

    def away(self, tensor: Tensor) -> Tensor:
        """The numbers of a tensor, brought there."""
        return Away(tensor.detach().clone())

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        given = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        away = [leaf for leaf in given if isinstance(leaf, Away)]
        asked = kwargs.get("device")
        comes_here = asked is not None and torch.device(asked) != PLACE
        if not away and (asked is None or comes_here):
            return func(*args, **kwargs)
        self._check(func, given, away)
        if asked is not None:
            kwargs["device"] = torch.device("cpu")
        result = func(*tree_map(here, args), **tree_map(here, kwargs))
        copied_here = func is torch.ops.aten.copy_.default and not isinstance(args[0], Away)
        if func in READS or comes_here or copied_here:
            self.reads += 1
            return args[0] if copied_here else result
        return self._out(func, args, kwargs, result)

    def _check(self, func: Any, given: list[Tensor], away: list[Away]) -> None:
        """Fail where a device would."""
        if away and func not in CARRIES and not func.name().startswith("aten::index"):
            mixed = [tuple(t.shape) for t in given if not isinstance(t, Away) and t.dim()]
            assert not mixed, f"{func} of numbers on two devices, {mixed} on the processor"
        wide = [t for t in away if t.dtype in (torch.float64, torch.complex128)]
        assert not wide, f"{func} in double precision"

    def _out(self, func: Any, args: Any, kwargs: Any, result: Any) -> Any:
        """What comes out, on the device; what was changed in place is what was given."""
        returns = func._schema.returns
        changed = [a for a in self._named(func, args, kwargs) if a is not None]
        if changed and any(r.alias_info is not None and r.alias_info.is_write for r in returns):
            return changed[0] if len(returns) == 1 else tuple(changed)
        return tree_map(lambda r: Away(r) if isinstance(r, Tensor) else r, result)

    def _named(self, func: Any, args: Any, kwargs: Any) -> Iterator[Any]:
        """The arguments that an operation changes."""
        for place, argument in enumerate(func._schema.arguments):
            if argument.alias_info is not None and argument.alias_info.is_write:
                yield args[place] if place < len(args) else kwargs.get(argument.name)


def here(leaf: Any) -> Any:
    """The numbers behind a tensor of the device."""
    return leaf.here if isinstance(leaf, Away) else leaf
