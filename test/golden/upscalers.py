# Goldens of ESRGAN's generator (RRDBNet) with random weights, in the layouts that it is published in: python upscalers.py (torch).
# The module follows the paper (Wang et al. 2018, "ESRGAN", figures 3 and 4) and Real-ESRGAN's names and pixel-unshuffle; nothing is copied.
import json, os, torch, torch.nn as nn, torch.nn.functional as F
from safetensors.torch import save_file
torch.manual_seed(0); torch.set_grad_enabled(False)
out = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'upscalers'); os.makedirs(out, exist_ok=True)
conv = lambda a, b: nn.Conv2d(a, b, 3, 1, 1); leaky = lambda x: F.leaky_relu(x, 0.2)

class Dense(nn.Module):
    def __init__(self, nf, gc):
        super().__init__()
        for k in range(1, 6): setattr(self, f'conv{k}', conv(nf + (k - 1) * gc, gc if k < 5 else nf))
    def forward(self, x):
        seen = [x]
        for k in range(1, 5): seen.append(leaky(getattr(self, f'conv{k}')(torch.cat(seen, 1))))
        return self.conv5(torch.cat(seen, 1)) * 0.2 + x

class Block(nn.Module):
    def __init__(self, nf, gc):
        super().__init__(); self.rdb1, self.rdb2, self.rdb3 = Dense(nf, gc), Dense(nf, gc), Dense(nf, gc)
    def forward(self, x): return self.rdb3(self.rdb2(self.rdb1(x))) * 0.2 + x

class Rrdb(nn.Module):
    def __init__(self, nf, gc, nb, unshuffle, ups):
        super().__init__(); self.r, self.ups = unshuffle, ups
        self.conv_first = conv(3 * unshuffle ** 2, nf); self.body = nn.Sequential(*[Block(nf, gc) for _ in range(nb)]); self.conv_body = conv(nf, nf)
        for i in range(ups): setattr(self, f'conv_up{i + 1}', conv(nf, nf))
        self.conv_hr, self.conv_last = conv(nf, nf), conv(nf, 3)
    def forward(self, x):
        f = self.conv_first(F.pixel_unshuffle(x, self.r) if self.r > 1 else x)
        f = f + self.conv_body(self.body(f))
        for i in range(self.ups): f = leaky(getattr(self, f'conv_up{i + 1}')(F.interpolate(f, scale_factor=2, mode='nearest')))
        return self.conv_last(leaky(self.conv_hr(f)))

# the layers of the first ESRGAN's one list: convolution, shortcut around the body, then (doubling, convolution, leaky) for each, two more
def first_names(name, nb, ups):
    parts = name.split('.')
    if parts[0] == 'body': return f'model.1.sub.{parts[1]}.RDB{parts[2][-1]}.{parts[3]}.0.{parts[4]}'
    at = {'conv_first': 0, 'conv_hr': 2 + 3 * ups, 'conv_last': 4 + 3 * ups, **{f'conv_up{i + 1}': 3 + 3 * i for i in range(ups)}}
    return f'model.1.sub.{nb}.{parts[1]}' if parts[0] == 'conv_body' else f'model.{at[parts[0]]}.{parts[1]}'
def trunk_names(name):
    for a, b in (('conv_body', 'trunk_conv'), ('body.', 'RRDB_trunk.'), ('.rdb', '.RDB'), ('conv_up', 'upconv'), ('conv_hr', 'HRconv')): name = name.replace(a, b)
    return name

for name, unshuffle, ups, rename in (('x4', 1, 2, None), ('x2', 2, 2, None), ('x1', 4, 2, None), ('first_x4', 1, 2, 'first'), ('first_x2', 1, 1, 'first'), ('first_x1', 1, 0, 'first'), ('trunk_x4', 1, 2, 'trunk')):
    nf, gc, nb = 4, 3, 2
    net = Rrdb(nf, gc, nb, unshuffle, ups); x = torch.rand(1, 3, 8, 12)
    rename = {None: lambda n: n, 'first': lambda n: first_names(n, nb, ups), 'trunk': trunk_names}[rename]
    weights = {rename(k): v.half() for k, v in net.state_dict().items()}
    net.load_state_dict({k: v.half().float() for k, v in net.state_dict().items()})  # 16-bit weights, 32-bit arithmetic
    save_file({k: v.contiguous() for k, v in weights.items()}, os.path.join(out, name + '.upscaler.safetensors'))
    y = net(x)
    save_file({'in.image': x, 'out.image': y.contiguous()}, os.path.join(out, f'{name}.safetensors'), {'case': json.dumps({'kind': 'upscaler_file', 'file': name + '.upscaler.safetensors'})})
    print(name, tuple(y.shape), float(y.abs().mean()))
