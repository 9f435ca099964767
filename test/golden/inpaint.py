# Walks that draw a part of a picture anew, with noise injected, of every sampler: python inpaint.py (torch, diffusers, transformers, torchsde).
# Writes test/golden/inpaint: cases of the kind `trajectory` with `mask`, latents after each model call of StableDiffusionXLInpaintPipeline.
import importlib, json, os, torch, diffusers, transformers
from diffusers import *
from safetensors.torch import save_file
from diffusers.schedulers import scheduling_dpmsolver_sde as sde
import diffusers.pipelines.stable_diffusion_xl.pipeline_stable_diffusion_xl_inpaint as M
torch.manual_seed(0); torch.set_grad_enabled(False)
here = os.path.dirname(os.path.abspath(__file__)); out = os.path.join(here, 'inpaint'); os.makedirs(out, exist_ok=True)
model = '../../../models/demo'
pipe = StableDiffusionXLInpaintPipeline.from_pretrained(os.path.join(out, model), torch_dtype=torch.float32, add_watermarker=False); pipe.set_progress_bar_config(disable=True)
base = dict(beta_start=0.00085, beta_end=0.012, beta_schedule='scaled_linear', num_train_timesteps=1000)
L = dict(base, steps_offset=1, timestep_spacing='leading'); T = dict(base, timestep_spacing='trailing'); K = dict(use_karras_sigmas=True); D = dict(clip_sample=False)
EA, EU, HE, DD, DM, DS, UP, LC = EulerAncestralDiscreteScheduler, EulerDiscreteScheduler, HeunDiscreteScheduler, DDIMScheduler, DPMSolverMultistepScheduler, DPMSolverSDEScheduler, UniPCMultistepScheduler, LCMScheduler
prompt, negative, h, w = '1girl, solo, blue hair, smile', 'lowres', 32, 64

draws = []
def noise_like(shape, *_, **__): draws.append(torch.randn(*shape)); return draws[-1]
class Recorded:
    def __init__(self, x, *_, **__): self.shape = x.shape
    def __call__(self, *_): return noise_like(self.shape)
for m in ('euler_ancestral_discrete', 'euler_discrete', 'ddim', 'dpmsolver_multistep', 'heun_discrete', 'lcm'):
    m = importlib.import_module('diffusers.schedulers.scheduling_' + m)
    if hasattr(m, 'randn_tensor'): m.randn_tensor = noise_like
sde.BrownianTreeNoiseSampler = Recorded

x = torch.rand(1, 3, h, w) * 2 - 1; z = pipe.vae.encode(x).latent_dist.mean * pipe.vae.config.scaling_factor
cells = torch.zeros(1, 1, h // 8, w // 8); cells[:, :, 1:3, 3:7] = 1; cells[:, :, 3:, :2] = 1
mask = torch.nn.functional.interpolate(cells, size=(h, w), mode='nearest')
def walk(name, cls, cfg, steps=8, strength=0.65, guidance=3.0):
    draws.clear(); seen = []; lat = torch.randn(1, 4, h // 8, w // 8); M.randn_tensor = lambda *_, **__: lat
    def cb(pp, i, t, kw): seen.append(kw['latents'].clone()); return kw
    pipe.scheduler = cls(**cfg); s = pipe.scheduler
    pipe(image=z, mask_image=mask, strength=strength, prompt=prompt, negative_prompt=negative, num_inference_steps=steps, guidance_scale=guidance, height=h, width=w, output_type='latent', callback_on_step_end=cb, original_size=(h, w), target_size=(h, w))
    ins = {'latents': lat, 'init_latents': z, 'mask': cells, **({'noise': torch.stack(draws)} if draws else {})}
    outs = {'latents': torch.stack(seen), 'sigmas': s.sigmas.float() if hasattr(s, 'sigmas') else torch.zeros(1), 'timesteps': s.timesteps.float()}
    t = {**{'in.' + k: v.contiguous() for k, v in ins.items()}, **{'out.' + k: v.contiguous() for k, v in outs.items()}}
    c = dict(kind='trajectory', model=model, scheduler=cls.__name__, config=cfg, steps=steps, guidance=guidance, height=h, width=w, prompt=prompt, negative=negative, strength=strength)
    save_file(t, os.path.join(out, 'trajectory_' + name + '.safetensors'), {'case': json.dumps(c)}); print(f'{name:24s}', {k: tuple(v.shape) for k, v in t.items()})
walk('euler', EU, L); walk('euler_a', EA, L); walk('ddim', DD, dict(L, **D, set_alpha_to_one=False)); walk('dpmpp_2m', DM, L); walk('dpmpp_2m_sde_karras', DM, dict(L, **K, algorithm_type='sde-dpmsolver++'))
walk('dpmpp_sde', DS, L); walk('dpmpp_sde_full', DS, T, strength=1.0); walk('heun', HE, L); walk('heun_karras', HE, dict(L, **K)); walk('heun_full', HE, T, strength=1.0)
walk('unipc', UP, L); walk('unipc_karras', UP, dict(L, **K)); walk('lcm', LC, dict(base, **D), guidance=1.5); walk('lcm_full', LC, dict(base, **D), steps=5, strength=1.0, guidance=1.5)
open(os.path.join(out, 'made-with.txt'), 'w').write(f'torch {torch.__version__}\ndiffusers {diffusers.__version__}\ntransformers {transformers.__version__}\n')
