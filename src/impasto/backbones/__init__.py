"""Backbones: pretrained networks as lists of named nodes."""
