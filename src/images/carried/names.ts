import { type SamplerName, takesSchedule } from '../../pipeline/samplers/index.ts';
import type { ScheduleName } from '../../pipeline/schedule/names.ts';
import type { Reading } from './reading.ts';

/*
 * What other tools call the samplers and schedules that we have. Where theirs is not ours (`DPM adaptive`, `beta`) there is no entry,
 * and what the file says is kept as unknown.
 */

/** Spelled in lower case, `++` as `pp`, without `k` and `sample` in front and `gpu` behind. */
const samplerNames: Readonly<Record<string, SamplerName>> = {
	'euler a': 'euler-ancestral',
	'euler ancestral': 'euler-ancestral',
	euler: 'euler',
	ddim: 'ddim',
	'ddim v3': 'ddim',
	'dpmpp 2m': 'dpmpp-2m',
	'dpmpp 2m sde': 'dpmpp-2m-sde',
	'dpmpp sde': 'dpmpp-sde',
	heun: 'heun',
	unipc: 'unipc',
	'uni pc': 'unipc',
	'uni pc bh2': 'unipc',
	lcm: 'lcm',
};

const scheduleNames: Readonly<Record<string, ScheduleName>> = {
	normal: 'normal',
	uniform: 'normal',
	native: 'normal',
	karras: 'karras',
	exponential: 'exponential',
	'sgm uniform': 'sgm-uniform',
	simple: 'trailing',
	trailing: 'trailing',
	ddim: 'leading',
	'ddim uniform': 'leading',
	leading: 'leading',
};

/** What WebUI means by "Automatic", by sampler; `normal` for the others. */
const automatic: Partial<Record<SamplerName, ScheduleName>> = {
	'dpmpp-2m': 'karras',
	'dpmpp-sde': 'karras',
	'dpmpp-2m-sde': 'exponential',
	ddim: 'leading',
};

/** A schedule that is a part of the sampler's name: `DPM++ 2M Karras`, InvokeAI's `dpmpp_2m_k`. */
const suffixes: readonly [suffix: string, schedule: ScheduleName][] = [
	[' karras', 'karras'],
	[' exponential', 'exponential'],
	[' sgm uniform', 'sgm-uniform'],
	[' k', 'karras'],
];

/** How a tool that names no schedule, or "Automatic", spaces the steps: `model` is as the model's own files say. */
export type WithoutSchedule = 'webui' | 'normal' | 'model';

/** Takes over the sampler and the schedule of another tool; `from` are the file's own names for the two. */
export function setSampler(
	reading: Reading,
	said: { sampler: unknown; schedule?: unknown },
	from: { sampler: string; schedule: string },
	without: WithoutSchedule,
): void {
	const found = typeof said.sampler === 'string' ? readSampler(said.sampler) : undefined;
	if (!found) {
		reading.leave(from.sampler, said.sampler);
		reading.leave(from.schedule, said.schedule);
		return;
	}
	const { sampler } = found;
	reading.set('sampler', sampler, from.sampler);
	if (sampler === 'lcm') {
		reading.leave(from.schedule, said.schedule); // it has a schedule of its own
		return;
	}
	const word = typeof said.schedule === 'string' ? keyOf(said.schedule) : undefined;
	const isLeftOpen = said.schedule === undefined || said.schedule === null || word === 'automatic';
	const schedule = isLeftOpen ? (found.schedule ?? openSchedule(sampler, without, word)) : scheduleNames[word ?? ''];
	if (schedule !== undefined && takesSchedule(sampler, schedule)) reading.set('schedule', schedule, from.schedule);
	else reading.leave(from.schedule, said.schedule ?? schedule);
}

function openSchedule(
	sampler: SamplerName,
	without: WithoutSchedule,
	word: string | undefined,
): ScheduleName | undefined {
	if (without === 'model') return undefined;
	return (without === 'webui' && word === 'automatic') || sampler === 'ddim'
		? (automatic[sampler] ?? 'normal')
		: 'normal';
}

function readSampler(text: string): { sampler: SamplerName; schedule?: ScheduleName } | undefined {
	const key = keyOf(text);
	if (samplerNames[key]) return { sampler: samplerNames[key] };
	for (const [suffix, schedule] of suffixes) {
		const sampler = key.endsWith(suffix) ? samplerNames[key.slice(0, -suffix.length)] : undefined;
		if (sampler) return { sampler, schedule };
	}
	return undefined;
}

function keyOf(text: string): string {
	return text
		.slice(0, 60)
		.toLowerCase()
		.replaceAll('++', 'pp')
		.replace(/[^a-z0-9]+/g, ' ')
		.trim()
		.replace(/^(?:k|sample) | gpu$/g, '');
}
