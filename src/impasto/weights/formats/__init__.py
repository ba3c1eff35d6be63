"""Formats: the kinds of files that weights come in, one to a file. None of them runs what a file says."""

from impasto.weights.formats import caffe, keras, matconvnet, numpy_pickle, safetensors_file, tensorflowjs, torch_file
from impasto.weights.formats.format import FORMATS, Arrays, Format, read_arrays

FORMATS.add("safetensors", safetensors_file.FORMAT)
FORMATS.add("torch", torch_file.FORMAT)
FORMATS.add("numpy-pickle", numpy_pickle.FORMAT)
FORMATS.add("matconvnet", matconvnet.FORMAT)
FORMATS.add("keras", keras.FORMAT)
FORMATS.add("tensorflowjs", tensorflowjs.FORMAT)
FORMATS.add("caffe", caffe.FORMAT)

__all__ = ["FORMATS", "Arrays", "Format", "read_arrays"]
