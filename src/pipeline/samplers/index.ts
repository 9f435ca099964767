/** Every sampler, under the name that recipes carry. The table feeds the type, the schema, the choices and the docs. */
export const samplers = {
	'euler-ancestral': { label: 'Euler a' },
} as const;

export type SamplerName = keyof typeof samplers;
export const samplerNames = Object.keys(samplers) as [SamplerName, ...SamplerName[]];
