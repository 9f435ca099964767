# More cases for samplers and schedules than make.py has, in its format: python samplers.py (torch, diffusers, transformers, torchsde).
# Writes test/golden/samplers: small walks of the demo model, whole pictures with real generators, Brownian paths, schedules.
import importlib, json, os, torch, diffusers, transformers
from diffusers import *
from safetensors.torch import save_file
from diffusers.schedulers import scheduling_dpmsolver_sde as sde
torch.manual_seed(0); torch.set_grad_enabled(False)
here = os.path.dirname(os.path.abspath(__file__)); out = os.path.join(here, 'samplers'); os.makedirs(out, exist_ok=True)
model = '../../../models/demo'
pipe = StableDiffusionXLPipeline.from_pretrained(os.path.join(out, model), torch_dtype=torch.float32, add_watermarker=False)
img2img = StableDiffusionXLImg2ImgPipeline(**{k: v for k, v in pipe.components.items() if k not in ('image_encoder', 'feature_extractor')}, add_watermarker=False)
for p in (pipe, img2img): p.set_progress_bar_config(disable=True)
def case(name, kind, ins, outs, **p):
    t = {**{'in.' + k: v.contiguous() for k, v in ins.items()}, **{'out.' + k: v.contiguous() for k, v in outs.items()}}
    save_file(t, os.path.join(out, name + '.safetensors'), {'case': json.dumps({'kind': kind, 'model': model, **p})})
    print(f'{name:36s}', {k: tuple(v.shape) for k, v in t.items()})

base = dict(beta_start=0.00085, beta_end=0.012, beta_schedule='scaled_linear', num_train_timesteps=1000)
L = dict(base, steps_offset=1, timestep_spacing='leading'); T = dict(base, timestep_spacing='trailing'); N = dict(base, timestep_spacing='linspace')
V = dict(T, prediction_type='v_prediction'); Z = dict(V, rescale_betas_zero_snr=True); K = dict(use_karras_sigmas=True); E = dict(use_exponential_sigmas=True)
S = dict(algorithm_type='sde-dpmsolver++'); D = dict(clip_sample=False)
EA, EU, HE, DD, DM, DS, UP, LC = EulerAncestralDiscreteScheduler, EulerDiscreteScheduler, HeunDiscreteScheduler, DDIMScheduler, DPMSolverMultistepScheduler, DPMSolverSDEScheduler, UniPCMultistepScheduler, LCMScheduler
prompt, negative, h, w = '1girl, solo, blue hair, smile', 'lowres', 64, 96

# ---- walks: noise injected as in make.py
draws = []
def noise_like(shape, *_, **__): draws.append(torch.randn(*shape)); return draws[-1]
modules = [importlib.import_module('diffusers.schedulers.scheduling_' + m) for m in ('euler_ancestral_discrete', 'euler_discrete', 'ddim', 'dpmsolver_multistep', 'heun_discrete', 'lcm')]
real = {m: m.randn_tensor for m in modules if hasattr(m, 'randn_tensor')}; tree = sde.BrownianTreeNoiseSampler
class Recorded:
    def __init__(self, x, *_, **__): self.shape = x.shape
    def __call__(self, *_): return noise_like(self.shape)
import diffusers.pipelines.stable_diffusion_xl.pipeline_stable_diffusion_xl_img2img as M
pipeline_randn = M.randn_tensor
x = torch.rand(1, 3, h, w) * 2 - 1; z = pipe.vae.encode(x).latent_dist.mean * pipe.vae.config.scaling_factor
def walk(name, cls, cfg, steps, strength=None, guidance=3.0):
    draws.clear(); seen = []; lat = torch.randn(1, 4, h // 8, w // 8)
    for m in real: m.randn_tensor = noise_like
    sde.BrownianTreeNoiseSampler = Recorded; M.randn_tensor = lambda *_, **__: lat
    def cb(pp, i, t, kw): seen.append(kw['latents'].clone()); return kw
    k = dict(prompt=prompt, negative_prompt=negative, num_inference_steps=steps, guidance_scale=guidance, output_type='latent', callback_on_step_end=cb, original_size=(h, w), target_size=(h, w))
    p = pipe if strength is None else img2img; p.scheduler = cls(**cfg)
    if strength is None: p(height=h, width=w, latents=lat.clone(), **k)
    else: p(image=z, strength=strength, **k)
    for m, f in real.items(): m.randn_tensor = f
    sde.BrownianTreeNoiseSampler = tree; M.randn_tensor = pipeline_randn
    s = p.scheduler
    case('trajectory_' + name, 'trajectory', {'latents': lat, **({} if strength is None else {'init_latents': z}), **({'noise': torch.stack(draws)} if draws else {})},
         {'latents': torch.stack(seen), 'sigmas': s.sigmas.float() if hasattr(s, 'sigmas') else torch.zeros(1), 'timesteps': s.timesteps.float()},
         scheduler=cls.__name__, config=cfg, steps=steps, guidance=guidance, height=h, width=w, prompt=prompt, negative=negative, strength=strength)
for name, cls, cfg in (('euler', EU, L), ('euler_karras', EU, dict(L, **K)), ('heun', HE, L), ('ddim', DD, dict(L, **D, set_alpha_to_one=False)), ('dpmpp_2m', DM, L), ('dpmpp_2m_exponential', DM, dict(L, **E)),
                       ('dpmpp_2m_sde_karras', DM, dict(L, **S, **K)), ('dpmpp_sde', DS, L), ('dpmpp_sde_karras', DS, dict(L, **K)), ('unipc', UP, L), ('unipc_karras', UP, dict(L, **K)), ('lcm', LC, dict(base, **D, original_inference_steps=50))):
    walk('img2img_' + name, cls, cfg, 10, strength=0.6)
for name, cls, cfg in (('heun_v', HE, V), ('ddim_v_zsnr', DD, dict(Z, **D)), ('dpmpp_2m_v_zsnr', DM, Z), ('dpmpp_2m_sde_v', DM, dict(V, **S)), ('dpmpp_sde_v', DS, V), ('unipc_v_zsnr', UP, Z), ('lcm_v', LC, dict(V, **D)),
                       ('euler_a_v_zsnr', EA, Z), ('euler_normal', EU, N), ('ddim_normal', DD, dict(N, **D)), ('ddim_trailing', DD, dict(T, **D)), ('dpmpp_2m_normal', DM, N), ('unipc_exponential', UP, dict(L, **E)), ('heun_karras', HE, dict(N, **K)),
                       ('dpmpp_sde_exponential', DS, dict(N, **E))):
    walk(name, cls, cfg, 7)
walk('dpmpp_2m_16', DM, dict(L, **K), 16); walk('unipc_1', UP, L, 1); walk('heun_1', HE, L, 1); walk('dpmpp_2m_2', DM, L, 2)

# ---- pictures: one generator an image; DPM++ SDE takes its seeds by themselves
def picture(name, cls, cfg, seeds, steps, guidance):
    pipe.scheduler = cls(**cfg)
    im = pipe(prompt=[prompt] * len(seeds), negative_prompt=[negative] * len(seeds), height=h, width=w, num_inference_steps=steps, guidance_scale=guidance, generator=[torch.Generator().manual_seed(s) for s in seeds],
              original_size=(h, w), target_size=(h, w), output_type='pt').images
    case('picture_' + name, 'picture', {}, {'image': im.float()}, scheduler=cls.__name__, config=cfg, seeds=seeds, height=h, width=w, tolerance=1e-3, prompt=prompt, negative=negative, steps=steps, guidance=guidance)
picture('dpmpp_2m_sde', DM, dict(L, **S, **K), [3, 2**32 + 1], 8, 3.0)
picture('dpmpp_sde', DS, dict(L, **K, noise_sampler_seed=[5, 2**40 + 9]), [5, 2**40 + 9], 8, 3.0)
picture('lcm', LC, dict(base, **D), [1, 2], 6, 1.5)

# ---- Brownian paths: what the noise sampler gives from sigma to sigma
for seed, size, sigmas in ((0, (4, 3, 5), [14.6146, 9.5, 4.25, 1.0, 0.3, 0.0292]), (2**40 + 9, (17,), [9.3, 9.299, 2.0, 2.0 - 1e-5, 0.03, 0.0292])):
    t = tree(torch.zeros(1, *size), 0.0292, 14.6146, [seed])
    case(f'brownian_{seed}', 'brownian', {'sigmas': torch.tensor(sigmas)}, {'noise': torch.stack([t(torch.tensor(a), torch.tensor(b))[0] for a, b in zip(sigmas, sigmas[1:])])}, seed=seed, range=[0.0292, 14.6146])

# ---- schedules
def schedule(cls, cfg, steps):
    s = cls(**cfg); s.set_timesteps(steps)
    r = lambda t: [float(f'{float(v):.7g}') for v in t]
    return {'scheduler': cls.__name__, 'config': cfg, 'steps': steps, 'timesteps': r(s.timesteps), 'sigmas': r(s.sigmas) if hasattr(s, 'sigmas') else None, 'initNoiseSigma': float(s.init_noise_sigma)}
json.dump([schedule(cls, dict(c, **e, **(D if cls is DD else {})), n) for cls in (EU, DM, UP, DD) for c in (L, T, N) for e in ({}, K, E, dict(rescale_betas_zero_snr=True)) if not (cls is DD and e) for n in (1, 7, 28, 48)]
          + [schedule(LC, base, n) for n in (1, 4, 7, 50)], open(os.path.join(out, 'schedules.json'), 'w'))
open(os.path.join(out, 'made-with.txt'), 'w').write(f'torch {torch.__version__}\ndiffusers {diffusers.__version__}\ntransformers {transformers.__version__}\n')
