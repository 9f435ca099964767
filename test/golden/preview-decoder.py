"""Makes preview-decoder/: a tiny decoder with random weights in diffusers' layout, as TAESD-XL is published, and what it makes of latents.

    python preview-decoder.py          # in this folder

The weights are small and in 16 bit; decode.safetensors holds `latents` [2, 4, 6, 10] (beyond ±3, where they are squeezed) and `image`.
Needs: torch, diffusers, safetensors.
"""
import torch
from diffusers import AutoencoderTiny
from safetensors.torch import save_file

torch.manual_seed(0)
torch.set_grad_enabled(False)
channels = (8, 8, 8, 8)
model = AutoencoderTiny(encoder_block_out_channels=channels, decoder_block_out_channels=channels, num_encoder_blocks=(1, 1, 1, 1))
for weight in model.parameters():
    weight.mul_(1.5)
model.half().save_pretrained('preview-decoder')
model = AutoencoderTiny.from_pretrained('preview-decoder', torch_dtype=torch.float32)
latents = torch.randn(2, 4, 6, 10) * 2
save_file({'latents': latents, 'image': model.decode(latents / model.config.scaling_factor).sample.contiguous()}, 'preview-decoder/decode.safetensors')
