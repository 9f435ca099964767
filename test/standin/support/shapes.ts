/** Builds the request bodies that the tables of refusals vary. Each is valid as it is. */
export const shapes = {
	button: (n: number, extra: object = {}) => ({ type: 2, style: 2, label: 'b', custom_id: `c${n}`, ...extra }),
	row: (...components: object[]) => ({ type: 1, components }),
	select: (extra: object = {}) => ({ type: 3, custom_id: 's', options: [{ label: 'l', value: 'v' }], ...extra }),
	text: (length: number) => ({ type: 10, content: 'x'.repeat(length) }),
	option: (extra: object = {}) => ({ type: 3, name: 'o', description: 'd', ...extra }),
	command: (extra: object = {}) => ({ name: 'x', description: 'd', type: 1, ...extra }),
	input: (n: number, extra: object = {}) => ({
		type: 18,
		label: 'l',
		component: { type: 4, custom_id: `t${n}`, style: 1, ...extra },
	}),
	modal: (extra: object = {}) => ({ custom_id: 'm', title: 't', components: [shapes.input(1)], ...extra }),
};

/** Makes `count` of something. */
export function many<T>(count: number, make: (n: number) => T): T[] {
	return Array.from({ length: count }, (_, n) => make(n));
}

/** Discord's flag for Components V2. */
export const v2 = 32_768;
