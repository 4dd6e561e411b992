"""In what numbers a network is trained and asked."""

import torch


def fast() -> torch.autocast:
    """A context in which products are taken in bfloat16, if this processor can.

    One without instructions for it does them one by one, fifty times slower than in 32 bits.
    """
    native = (torch.cpu._is_avx512_bf16_supported, torch.cpu._is_amx_tile_supported)
    return torch.autocast("cpu", torch.bfloat16, enabled=any(can() for can in native))
