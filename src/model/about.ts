import { z } from 'zod';

const link = z.url({ protocol: /^https?$/ });

/** `about.json`, ours: what a model's publishers want to be said wherever it is used. */
export const aboutSchema = z.strictObject({
	licence: z.strictObject({ name: z.string().min(1).max(100), url: link.optional() }),
	/** Where the weights come from. */
	origin: link.optional(),
	/** Who is to be thanked, in one line. */
	credits: z.string().max(500).optional(),
});

export type ModelAbout = z.output<typeof aboutSchema>;

const fairAi = { name: 'Fair AI Public License 1.0-SD', url: 'https://freedevproject.org/faipl-1.0-sd/' };
const card = 'https://huggingface.co';

/** What is known of models whose folder says nothing of itself, by the folder's name. */
const known: { name: RegExp; about: ModelAbout }[] = [
	{
		name: /animagine-xl-3\.1/i,
		about: {
			licence: fairAi,
			origin: `${card}/cagliostrolab/animagine-xl-3.1`,
			credits:
				'Cagliostro Research Lab, SeaArt.ai, Shadow Lilac (aesthetic scorer), Derrian Distro and Kohya SS (training scripts), NovelAI and KBlueLeaf (quality tags)',
		},
	},
	{
		name: /animagine-xl-3\.0/i,
		about: { licence: fairAi, origin: `${card}/cagliostrolab/animagine-xl-3.0`, credits: 'Cagliostro Research Lab' },
	},
	{
		name: /stable-diffusion-xl-base-1\.0|sdxl-base/i,
		about: {
			licence: {
				name: 'CreativeML Open RAIL++-M',
				url: `${card}/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md`,
			},
			origin: `${card}/stabilityai/stable-diffusion-xl-base-1.0`,
			credits: 'Stability AI',
		},
	},
];

/** What is known of a model by its folder's name; `undefined` when that is nothing. */
export function aboutByName(folderName: string): ModelAbout | undefined {
	return known.find(({ name }) => name.test(folderName))?.about;
}
