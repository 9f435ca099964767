/** What is timed: the same question to each side. Sizes are of latents, [height, width], or of pixels where they say so. */
export type Ask =
	| { row: 'text'; prompt: string; negative: string }
	| { row: 'unet'; cells: [number, number] }
	| { row: 'vae'; cells: [number, number] }
	| {
			row: 'picture';
			prompt: string;
			negative: string;
			height: number;
			width: number;
			steps: number;
			guidanceScale: number;
			seeds: number[];
			/** Where the pictures go as float32, [n, 3, height, width], 0 to 1. */
			out?: string;
	  };

/** `ms`: the time of the row alone; `peakMiB`: the most memory that the process ever held. */
export interface Answer {
	ms: number;
	peakMiB: number;
}
