"""Makes an SDXL of about 300 million parameters with random weights, for timing only: python make_model.py <demo model> <out>."""

import shutil
import sys
from pathlib import Path

import torch
from diffusers import AutoencoderKL, EulerAncestralDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

demo, out = Path(sys.argv[1]), Path(sys.argv[2])
torch.manual_seed(0)
tokenizer = CLIPTokenizer.from_pretrained(demo / "tokenizer")
tokenizer_2 = CLIPTokenizer.from_pretrained(demo / "tokenizer_2")


def text_config(demo_part: str, **own) -> CLIPTextConfig:
    known = CLIPTextConfig.from_pretrained(demo / demo_part).to_dict()
    return CLIPTextConfig(**{**known, **own})


text_encoder = CLIPTextModel(
    text_config("text_encoder", hidden_size=512, intermediate_size=2048, num_attention_heads=8, num_hidden_layers=8, projection_dim=512)
)
text_encoder_2 = CLIPTextModelWithProjection(
    text_config("text_encoder_2", hidden_size=768, intermediate_size=3072, num_attention_heads=12, num_hidden_layers=10, projection_dim=768)
)
unet = UNet2DConditionModel(
    sample_size=64,
    in_channels=4,
    out_channels=4,
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    block_out_channels=(128, 256, 512),
    layers_per_block=2,
    attention_head_dim=(2, 4, 8),
    transformer_layers_per_block=(1, 2, 6),
    cross_attention_dim=512 + 768,
    use_linear_projection=True,
    addition_embed_type="text_time",
    addition_time_embed_dim=256,
    projection_class_embeddings_input_dim=768 + 6 * 256,
)
vae = AutoencoderKL(
    block_out_channels=(64, 128, 256, 256),
    down_block_types=("DownEncoderBlock2D",) * 4,
    up_block_types=("UpDecoderBlock2D",) * 4,
    layers_per_block=2,
    latent_channels=4,
    sample_size=512,
    scaling_factor=0.13025,
    force_upcast=True,
)
scheduler = EulerAncestralDiscreteScheduler.from_pretrained(demo / "scheduler")
pipe = StableDiffusionXLPipeline(
    vae=vae, text_encoder=text_encoder, text_encoder_2=text_encoder_2, tokenizer=tokenizer, tokenizer_2=tokenizer_2,
    unet=unet, scheduler=scheduler, force_zeros_for_empty_prompt=True, add_watermarker=False,
)
total = 0
for name in ("unet", "vae", "text_encoder", "text_encoder_2"):
    count = sum(p.numel() for p in getattr(pipe, name).parameters())
    total += count
    print(f"{name}: {count / 1e6:.1f} M")
print(f"together: {total / 1e6:.1f} M")
pipe.save_pretrained(out)
for name in ("tokenizer", "tokenizer_2"):
    shutil.copytree(demo / name, out / name, dirs_exist_ok=True)
recommended = demo / "recommended.json"
if recommended.exists():
    shutil.copy(recommended, out / "recommended.json")
