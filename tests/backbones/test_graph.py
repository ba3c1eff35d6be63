import pytest
import torch
from torch import nn

from impasto.backbones import Graph, Node
from impasto.backbones.builder import Builder
from impasto.errors import UnknownNameError


class Sum(nn.Module):
    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return a + b


class Refuses(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise AssertionError("this node must not run")


def residual() -> Graph:
    net = Builder()
    net.add("first", nn.Identity())
    net.add("relu", nn.ReLU())
    net.add("sum", Sum(), "relu", "first")
    net.add("again", Sum(), "sum", "input")
    net.add("deep", Refuses())
    return net.graph()


def test_a_node_reads_the_one_before_unless_told_otherwise() -> None:
    assert [node.inputs for node in residual().nodes.values()] == [
        ("input",),
        ("first",),
        ("relu", "first"),
        ("sum", "input"),
        ("again",),
    ]


def test_skip_connections_and_the_input_are_kept_as_long_as_needed() -> None:
    x = torch.tensor([[[[-1.0, 2.0]]]])
    values = residual()(x, ["again", "relu", "input"])
    assert torch.equal(values["relu"], x.clamp_min(0))
    assert torch.equal(values["again"], x.clamp_min(0) + 2 * x)
    assert list(values) == ["again", "relu", "input"]


def test_nothing_runs_deeper_than_asked() -> None:
    with pytest.raises(AssertionError, match="must not run"):
        residual()(torch.zeros(1, 1, 1, 1), ["deep"])
    assert [node.name for node in residual().plan(["relu"])] == ["first", "relu"]
    assert residual().plan([]) == []
    assert residual().plan(["input"]) == []


def test_a_layer_asked_for_twice_comes_once() -> None:
    assert list(residual()(torch.zeros(1, 1, 1, 1), ["relu", "relu"])) == ["relu"]


def test_an_unknown_layer_is_named_with_its_neighbours() -> None:
    with pytest.raises(UnknownNameError, match=r"no layer named 'rellu'.*relu"):
        residual()(torch.zeros(1, 1, 1, 1), ["rellu"])


def test_a_built_network_is_frozen() -> None:
    net = Builder()
    net.add("conv", nn.Conv2d(1, 1, 1))
    graph = net.graph()
    assert not graph.training
    assert not any(p.requires_grad for p in graph.parameters())


def test_nodes_given_by_hand_run_in_their_order() -> None:
    graph = Graph([Node("a", nn.ReLU(), ("input",)), Node("b", Sum(), ("a", "input"))])
    assert graph.layers == ("a", "b")
    assert graph(torch.tensor([[[[-3.0]]]]), ["b"])["b"].item() == -3.0


def test_an_alias_is_another_name_of_a_node_and_no_layer_of_its_own() -> None:
    net = Builder()
    net.add("first", nn.Identity())
    net.add("relu", nn.ReLU())
    net.add("deep", Refuses())
    net.alias("rectified", "relu")
    graph, x = net.graph(), torch.tensor([[[[-1.0, 2.0]]]])
    assert graph.layers == ("first", "relu", "deep")
    assert graph.aliases == {"rectified": "relu"}
    values = graph(x, ["rectified", "relu"])
    assert list(values) == ["rectified", "relu"]
    assert values["rectified"] is values["relu"]
    with pytest.raises(UnknownNameError, match=r"Did you mean rectified\?"):
        graph.plan(["rectifier"])
