# Pictures made from pictures, as diffusers makes them from seeds alone: python pictures.py (torch, diffusers, transformers).
# Writes test/golden/pictures: inpainting, image to image, and the Space's 1.5 x latents redrawn; latents before the last decoding.
import json, os, torch, diffusers, transformers
from diffusers import *
from safetensors.torch import save_file
torch.manual_seed(0); torch.set_grad_enabled(False)
here = os.path.dirname(os.path.abspath(__file__)); out = os.path.join(here, 'pictures'); os.makedirs(out, exist_ok=True)
model = '../../../models/demo'
pipe = StableDiffusionXLPipeline.from_pretrained(os.path.join(out, model), torch_dtype=torch.float32, add_watermarker=False)
parts = {k: v for k, v in pipe.components.items() if k not in ('image_encoder', 'feature_extractor')}
img2img = StableDiffusionXLImg2ImgPipeline(**parts, add_watermarker=False); fill = StableDiffusionXLInpaintPipeline(**parts, add_watermarker=False)
for p in (pipe, img2img, fill): p.set_progress_bar_config(disable=True)
base = dict(beta_start=0.00085, beta_end=0.012, beta_schedule='scaled_linear', num_train_timesteps=1000); L = dict(base, steps_offset=1, timestep_spacing='leading')
EA, EU, DM, DD = EulerAncestralDiscreteScheduler, EulerDiscreteScheduler, DPMSolverMultistepScheduler, DDIMScheduler
prompt, negative = '1girl, solo, blue hair, smile', 'lowres'
def case(name, kind, ins, outs, **p):
    t = {**{'in.' + k: v.contiguous() for k, v in ins.items()}, **{'out.' + k: v.contiguous() for k, v in outs.items()}}
    save_file(t, os.path.join(out, name + '.safetensors'), {'case': json.dumps({'kind': kind, 'model': model, **p})})
    print(f'{name:36s}', {k: tuple(v.shape) for k, v in t.items()})
def picture(h, w):                                       # soft blotches of colour in 8 bits, so that the file is small and exact
    x = torch.nn.functional.interpolate(torch.rand(1, 3, 3, 5), size=(h, w), mode='bicubic').clamp(0, 1); return (x * 255).round() / 255
def common(steps, guidance, h, w, seed): return dict(prompt=prompt, negative_prompt=negative, num_inference_steps=steps, guidance_scale=guidance, output_type='latent', generator=torch.Generator().manual_seed(seed), original_size=(h, w), target_size=(h, w))
def inpaint(name, cls, cfg, seed, strength, steps=8, guidance=3.0, h=32, w=64):
    fill.scheduler = cls(**cfg); x = picture(h, w); m = torch.zeros(1, 1, h, w); m[:, :, 8:32, 24:48] = 1
    z = fill(image=x, mask_image=m, strength=strength, height=h, width=w, **common(steps, guidance, h, w, seed)).images
    case('inpaint_' + name, 'inpaint', {'image': x, 'mask': m}, {'latents': z}, scheduler=cls.__name__, config=cfg, seed=seed, strength=strength, steps=steps, guidance=guidance, height=h, width=w, prompt=prompt, negative=negative)
def again(name, cls, cfg, seed, strength, steps=8, guidance=3.0, h=64, w=32):
    img2img.scheduler = cls(**cfg); x = picture(h, w)
    z = img2img(image=x, strength=strength, **common(steps, guidance, h, w, seed)).images
    case('image_' + name, 'image', {'image': x}, {'latents': z}, scheduler=cls.__name__, config=cfg, seed=seed, strength=strength, steps=steps, guidance=guidance, height=h, width=w, prompt=prompt, negative=negative)
def hires(name, cls, cfg, seed, scale, strength, steps=8, guidance=3.0, h=64, w=128):
    g = torch.Generator().manual_seed(seed); k = common(steps, guidance, h, w, seed); k['generator'] = g
    pipe.scheduler = cls(**cfg); z = pipe(height=h, width=w, **k).images
    H, W = int(h * scale), int(w * scale); big = torch.nn.functional.interpolate(z, size=(H // 8, W // 8), mode='nearest-exact')
    k = common(steps, guidance, H, W, seed); k['generator'] = g; img2img.scheduler = cls(**cfg)
    y = img2img(image=big, strength=strength, **k).images
    case('hires_' + name, 'hires', {}, {'base': z, 'latents': y}, scheduler=cls.__name__, config=cfg, seed=seed, scale=scale, strength=strength, steps=steps, guidance=guidance, height=H, width=W, prompt=prompt, negative=negative)
inpaint('euler_a', EA, L, 5, 0.75); inpaint('euler_a_full', EA, L, 0, 1.0); inpaint('dpmpp_2m_karras', DM, dict(L, use_karras_sigmas=True), 7, 0.6); inpaint('ddim', DD, dict(L, clip_sample=False, set_alpha_to_one=False), 2**40 + 1, 0.9)
again('euler_a', EA, L, 3, 0.55); again('dpmpp_2m_karras', DM, dict(L, use_karras_sigmas=True), 11, 0.35)
hires('euler_a', EA, L, 4, 1.5, 0.55); hires('euler', EU, L, 9, 1.5, 0.55)
open(os.path.join(out, 'made-with.txt'), 'w').write(f'torch {torch.__version__}\ndiffusers {diffusers.__version__}\ntransformers {transformers.__version__}\n')
