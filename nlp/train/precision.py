"""The numeric precision of training and inference in torch."""

import torch


def bfloat16_autocast() -> torch.autocast:
    """A context that computes products in bfloat16, if this processor has instructions for it.

    Without them, bfloat16 is fifty times slower than 32 bits.
    """
    native = (torch.cpu._is_avx512_bf16_supported, torch.cpu._is_amx_tile_supported)
    return torch.autocast("cpu", torch.bfloat16, enabled=any(can() for can in native))
