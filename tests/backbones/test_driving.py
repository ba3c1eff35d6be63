"""What goes into a rectifier decides what comes out."""

import math

import pytest
import torch

from impasto.backbones import BACKBONES, Graph, driver


def random_network(name: str) -> Graph:
    """The network with weights that keep activations of about the same size."""
    with torch.device("meta"):
        graph = BACKBONES[name]()
    generator = torch.Generator().manual_seed(0)
    state = {}
    for key, tensor in graph.state_dict().items():
        noise = torch.randn(tensor.shape, generator=generator)
        state[key] = noise * (2 / tensor[0].numel()) ** 0.5 if tensor.dim() > 1 else 1 + 0.1 * noise
        if not tensor.is_floating_point():
            state[key] = tensor.new_zeros((), device="cpu")
    graph.load_state_dict(state, assign=True)
    return graph.eval()


@pytest.mark.parametrize(
    ("name", "layer", "channels"),
    [
        ("vgg19", "relu3_1", (0, 3, 7, 80, 255)),
        ("vgg19", "conv3_1", (7,)),
        ("vgg19", "pool2", (7,)),
        ("vgg19", "input", (1,)),
        ("squeezenet1_1", "fire3/concat", (0, 63, 64, 127)),
        ("inception_v3", "mixed_5b", (0, 63, 64, 127, 128, 223, 224, 255)),
        ("resnet50", "conv2_block2_out", (100,)),
    ],
)
def test_rectified_the_driver_is_the_channel(name: str, layer: str, channels: tuple[int, ...]) -> None:
    graph = random_network(name)
    image = torch.rand(1, 3, 75, 75, generator=torch.Generator().manual_seed(0)) - 0.5
    nodes = [node.name for node in graph.plan([layer])]
    with torch.no_grad():
        seen = graph(image, [*nodes, layer])
    counts = {name: activation.shape[1] for name, activation in seen.items()}
    lowest = math.inf
    for channel in channels:
        driving, own = driver(graph, counts, layer, channel)
        answer = seen[driving][:, own]
        expected = seen[layer][:, channel]
        if layer.startswith(("conv3", "pool", "input")):
            assert (driving, own) == (layer, channel)
        else:
            lowest = min(lowest, float(answer.min()))
            answer = answer.relu()
        torch.testing.assert_close(answer, expected)
    assert lowest == math.inf or lowest < 0
