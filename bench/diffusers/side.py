"""diffusers' side of the comparison: python side.py <model> eager|compiled. A JSON line in asks for one row, a JSON line out has its time."""

import json
import os
import resource
import sys
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what libraries print is no answer

import numpy
import torch
from diffusers import StableDiffusionXLPipeline
from diffusers.utils import logging

logging.disable_progress_bar()
torch.set_grad_enabled(False)
model, mode = sys.argv[1:3]
pipe = StableDiffusionXLPipeline.from_pretrained(model, torch_dtype=torch.float32, add_watermarker=False)
pipe.set_progress_bar_config(disable=True)
if mode == "compiled":
    pipe.unet.compile()
    pipe.text_encoder.compile()
    pipe.text_encoder_2.compile()
    pipe.vae.decoder.compile()
cross = pipe.unet.config.cross_attention_dim
pooled = pipe.text_encoder_2.config.projection_dim


def text(ask):
    # a prompt that was never seen: neither side may answer from a cache
    pipe.encode_prompt(ask["prompt"], negative_prompt=ask["negative"], do_classifier_free_guidance=True)


def unet(ask):
    height, width = ask["cells"]
    pixels = [height * 8, width * 8, 0, 0, height * 8, width * 8]
    return lambda: pipe.unet(
        torch.randn(2, 4, height, width),
        torch.tensor(500.0),
        encoder_hidden_states=torch.randn(2, 77, cross),
        added_cond_kwargs={"text_embeds": torch.randn(2, pooled), "time_ids": torch.tensor([pixels, pixels], dtype=torch.float32)},
    )


def vae(ask):
    latents = torch.randn(1, 4, *ask["cells"])
    return lambda: pipe.vae.decode(latents).sample


def picture(ask):
    images = pipe(
        prompt=ask["prompt"],
        negative_prompt=ask["negative"],
        height=ask["height"],
        width=ask["width"],
        num_inference_steps=ask["steps"],
        guidance_scale=ask["guidanceScale"],
        num_images_per_prompt=len(ask["seeds"]),
        generator=[torch.Generator().manual_seed(seed) for seed in ask["seeds"]],
        output_type="np",
    ).images
    if "out" in ask:
        # [n, height, width, 3] to ours, [n, 3, height, width]
        numpy.ascontiguousarray(images.transpose(0, 3, 1, 2)).astype("<f4").tofile(ask["out"])


rows = {"text": lambda ask: lambda: text(ask), "unet": unet, "vae": vae, "picture": lambda ask: lambda: picture(ask)}


def answer(fact):
    answers.write(json.dumps(fact) + "\n")
    answers.flush()


answer({"ready": f"diffusers {mode}, torch {torch.__version__}, {torch.get_num_threads()} threads"})
for line in sys.stdin:
    ask = json.loads(line)
    run = rows[ask["row"]](ask)
    start = time.perf_counter()
    run()
    ms = (time.perf_counter() - start) * 1000
    answer({"ms": ms, "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024})
