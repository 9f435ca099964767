/**
 * Every schedule that a recipe can ask for, under the name that it carries; a recipe without one takes the spacing of the model's own
 * `scheduler_config.json`. `webui` is the nearest "Schedule type" of Stable Diffusion WebUI: its Normal, SGM Uniform and DDIM are
 * ours but for rounding, its Karras and Exponential start at the model's largest sigma whatever the spacing, its Simple rounds down.
 */
export const schedules = {
	normal: { label: 'Normal', webui: 'Normal' },
	karras: { label: 'Karras', webui: 'Karras' },
	exponential: { label: 'Exponential', webui: 'Exponential' },
	'sgm-uniform': { label: 'SGM uniform', webui: 'SGM Uniform' },
	trailing: { label: 'Trailing', webui: 'Simple' },
	leading: { label: 'Leading', webui: 'DDIM' },
} as const satisfies Record<string, { label: string; webui: string }>;

export type ScheduleName = keyof typeof schedules;
export const scheduleNames = Object.keys(schedules) as [ScheduleName, ...ScheduleName[]];
