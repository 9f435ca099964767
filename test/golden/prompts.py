# What WebUI, compel and diffusers make of prompts: python prompts.py <checkout of stable-diffusion-webui> (torch, diffusers, transformers,
# compel; versions in prompts/made-with.txt). Runs WebUI's own modules/prompt_parser.py and sd_hijack_clip.py with what they import stood in for.
# Writes test/golden/prompts: reading.json (pieces, and chunks of both tokenizers), and cases of the kind `encode_prompt` with the
# parameters `syntax` and `clipSkip`; embedding.safetensors is no case: it needs an embedding in the model's folder.
import json, os, sys, tempfile, types, random, torch, diffusers, transformers, compel
from importlib.metadata import version
from types import SimpleNamespace as S
from safetensors.torch import save_file
torch.manual_seed(0); torch.set_grad_enabled(False); random.seed(0)
here = os.path.dirname(os.path.abspath(__file__)); out = os.path.join(here, 'prompts'); os.makedirs(out, exist_ok=True)
model = '../../../models/demo'
pipe = diffusers.StableDiffusionXLPipeline.from_pretrained(os.path.join(out, model), torch_dtype=torch.float32, add_watermarker=False)
tok, tok2, te, te2 = pipe.tokenizer, pipe.tokenizer_2, pipe.text_encoder, pipe.text_encoder_2

# ---- WebUI
opts = S(emphasis='Original', comma_padding_backtrack=20, use_old_emphasis_implementation=False, textual_inversion_add_hashes_to_infotext=False)
sys.path.insert(0, sys.argv[1])
for name, content in dict(shared=dict(opts=opts), devices=dict(device='cpu', torch_npu_set_device=lambda: None), sd_hijack=dict(StableDiffusionModelHijack=object)).items():
    sys.modules['modules.' + name] = types.ModuleType('modules.' + name); vars(sys.modules['modules.' + name]).update(content)
from modules import prompt_parser, sd_hijack_clip
hijack = S(embedding_db=S(find_embedding_at_position=lambda *_: (None, None)), fixes=None, extra_generation_params={})
class Webui(sd_hijack_clip.FrozenCLIPEmbedderWithCustomWordsBase):
    def __init__(self, tokenizer, encoder, pooled):
        super().__init__(S(return_pooled=pooled), hijack)
        self.tokenizer, self.encoder, self.id_start, self.id_end, self.id_pad = tokenizer, encoder, tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id
        self.comma_token = tokenizer.get_vocab()[',</w>']
    def tokenize(self, texts): return [self.tokenizer(t, add_special_tokens=False).input_ids for t in texts]
    def encode_with_transformers(self, tokens):
        o = self.encoder(tokens, output_hidden_states=True); z = o.hidden_states[-2]
        if hasattr(o, 'text_embeds'): z.pooled = o.text_embeds
        return z
    def ids(self, text): # as process_tokens pads them
        ids = [c.tokens for c in self.tokenize_line(text)[0]]
        return [i[:i.index(self.id_end) + 1] + [self.id_pad] * (76 - i.index(self.id_end)) for i in ids]
webui = Webui(tok, te, False), Webui(tok2, te2, True)

# ---- compel
class Pipe: tokenizer, text_encoder, tokenizer_2, text_encoder_2 = tok, te, tok2, te2
library = compel.CompelForSDXL(Pipe())
def compel_pieces(text): return [[f.text, f.weight] for p in library.compel_1.parse_prompt_string(text).prompts for f in p.children]
def compel_ids(text, c):
    p = c.conditioning_provider; pieces = compel_pieces(text)
    return p.get_token_ids_and_expand_weights([t for t, _ in pieces], [w for _, w in pieces], device='cpu')[0].view(-1, 77).tolist()

# ---- reading
tags = ['1girl', 'blue hair', 'very long hair', 'smile', 'looking at viewer', 'frieren (series)', 'upper body', 'outdoors', 'day', '初音ミク', "it's", 'a_b-c', 'naïve café', '3.14']
texts = {'webui': ['', 'normal text', 'an (important) word', '(unbalanced', r'\(literal\]', '(unnecessary)(parens)', 'a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).', '[[a]] (b:1.2)c) d]', '( a : 1.2 )', 'a(b:-1)c', 'x BREAK y', 'BREAK', 'a BREAK BREAK b', '(a BREAK b:1.2)', 'BREAKs BREAK, éBREAK', r'back\slash \\ \:', '(a:.5) (b:1.) (c:+2)', '(:1.3)', '()[]', 'a:b::1.2)', '[a:b:0.5] [a|b]', '(bad), [abstract]', '(a:１.５)', '((a:2)b', '\u3000(全角:1.1)\u3000'],
         'compel': ['a', 'a cat++', 'a cat-- on a (big mat)1.3', '(two words)++', '((nested)+ words)1.1', '"quoted words"-', r'\(bad\), [abstract]', '(bad)', 'a, b++, c', 'a,b+,c', '(a,b)-', 'x.attend(1.2)', '"x y".attend(--)', 'blue-eyed girl', '- + dash', 'end-', 'c++ and a-', '(unbalanced', 'a)b', 'a=b (c=d)+', r'esc\+ \-', '1girl+, 3.14', '(a (b- c)+ d)0.5', '(a "b c"+)++', '.5 (a).5', 'tab\tand\nline', '初音ミク+', r'\"q\" "a \"b\" c"+']}
for syntax, made in texts.items():
    for length in (20, 60, 90, 200):
        for _ in range(6):
            parts = [random.choice(tags) for _ in range(random.randint(length // 4, length // 2))]
            if syntax == 'webui': parts = [random.choice(['%s', '%s', '%s', '(%s:1.2)', '((%s))', '[%s]', '(%s)']) % p.replace('(', r'\(').replace(')', r'\)') for p in parts]
            else: parts = [random.choice(['%s', '%s', '%s', '(%s)1.2', '(%s)++', '(%s)-', '%s+']) % p.replace('(', r'\(').replace(')', r'\)') for p in parts]
            join = random.choice([', ', ', ', ' ', '. '] + ([' BREAK '] if syntax == 'webui' else []))
            made.append(join.join(parts))
reading = [dict(syntax='webui', text=t, pieces=prompt_parser.parse_prompt_attention(t), chunks=[w.ids(t) for w in webui]) for t in texts['webui']]
reading += [dict(syntax='compel', text=t, pieces=compel_pieces(t), chunks=[compel_ids(t, c) for c in (library.compel_1, library.compel_2)]) for t in texts['compel']]
opts.emphasis = 'None'
reading += [dict(syntax='plain', text=t, pieces=[[t, 1.0]], chunks=[w.ids(t) for w in webui]) for t in ['', '(bad), [abstract]', 'a BREAK b', ', '.join(tags * 4), ' '.join(tags * 5)]]
opts.emphasis = 'Original'
with open(os.path.join(out, 'reading.json'), 'w') as f: f.write('[\n' + ',\n'.join(json.dumps(r, ensure_ascii=False, separators=(',', ':')) for r in reading) + '\n]\n')

# ---- encoding
def case(name, outs, **p):
    save_file({'out.' + k: v.contiguous() for k, v in outs.items()}, os.path.join(out, name + '.safetensors'), {'case': json.dumps({'kind': 'encode_prompt', 'model': model, **p}, ensure_ascii=False)} if p else None)
    print(f'{name:24s}', {k: tuple(v.shape) for k, v in outs.items()})
def named(pe, ne, pp, np_): return {'prompt_embeds': pe, 'negative_prompt_embeds': ne, 'pooled_prompt_embeds': pp, 'negative_pooled_prompt_embeds': np_}
def by_webui(prompt, negative):
    pair = [webui[0]([t]) for t in (prompt, negative)], [webui[1]([t]) for t in (prompt, negative)]
    empty = torch.cat([webui[0]([''])[0], webui[1]([''])[0][0]], -1)[None]
    embeds = [torch.cat([a, b], -1) for a, (b, _) in zip(*pair)]; most = max(e.shape[1] for e in embeds)
    embeds = [torch.cat([e] + [empty] * ((most - e.shape[1]) // 77), 1) for e in embeds]
    return named(*embeds, pair[1][0][1], pair[1][1][1])
def by_compel(prompt, negative):
    c = library(prompt, negative_prompt=negative)
    return named(c.embeds, c.negative_embeds, c.pooled_embeds, c.negative_pooled_embeds)
def by_diffusers(prompt, negative, **k): return named(*pipe.encode_prompt(prompt, device='cpu', do_classifier_free_guidance=True, negative_prompt=negative, **k))
def both(by, name, syntax, prompt, negative): case(name, by(prompt, negative), syntax=syntax, prompt=prompt, negative=negative)
long_tags = ', '.join(tags * 3)
both(by_webui, 'webui', 'webui', '1girl, (blue hair:1.3), [smile], ((day))', r'lowres, \(bad\), (worst quality:1.4)')
both(by_webui, 'webui_break', 'webui', '1girl, solo BREAK (blue hair:1.2), (outdoors:0.6) BREAK day', '(lowres:1.1)')
both(by_webui, 'webui_long', 'webui', '(1girl), ' + long_tags.replace('(', r'\(').replace(')', r'\)'), 'lowres')
both(by_compel, 'compel_up', 'compel', '1girl, blue hair++, (smile, day)1.3', 'lowres+')
both(by_compel, 'compel_down', 'compel', '1girl, (blue hair)0.4, smile--, outdoors, (night)0', 'lowres-, text')
both(by_compel, 'compel_long', 'compel', '(1girl, solo)+, ' + long_tags.replace('(', r'\(').replace(')', r'\)') + ', (' + ' '.join(['long hair'] * 20) + ')0.7', 'lowres')
case('clip_skip', by_diffusers('1girl, solo, smile', 'lowres', clip_skip=1), prompt='1girl, solo, smile', negative='lowres', clipSkip=3)
case('clip_skip_most', by_diffusers('1girl, solo, smile', 'lowres', clip_skip=2), prompt='1girl, solo, smile', negative='lowres', clipSkip=4)
ti = {'clip_l': torch.randn(3, te.config.hidden_size) * .5, 'clip_g': torch.randn(3, te2.config.hidden_size) * .5}
pipe.load_textual_inversion({'e': ti['clip_l']}['e'], token='demoneg', text_encoder=te, tokenizer=tok)
pipe.load_textual_inversion({'e': ti['clip_g']}['e'], token='demoneg', text_encoder=te2, tokenizer=tok2)
made = by_diffusers('1girl, demoneg, smile', 'demoneg')
save_file({**{k: v.contiguous() for k, v in ti.items()}, **{'out.' + k: v.contiguous() for k, v in made.items()}}, os.path.join(out, 'embedding.safetensors'))
open(os.path.join(out, 'made-with.txt'), 'w').write(''.join(f'{p} {version(p)}\n' for p in ('torch', 'diffusers', 'transformers', 'compel', 'pyparsing')))
