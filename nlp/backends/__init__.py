"""Engines that run the encoder: ONNX Runtime (the default) and Hugging Face on torch."""
