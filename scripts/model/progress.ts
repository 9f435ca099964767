import { gigabytes } from '../../src/model/hub/pull.ts';

const width = 24;

/** How far a download is: a bar on a terminal, a line for each tenth elsewhere. */
export class Progress {
	readonly #out: NodeJS.WriteStream;
	readonly #total: number;
	readonly #start: number;
	readonly #startBytes: number;
	#shownAt = 0;
	#shownTenth = -1;

	constructor(out: NodeJS.WriteStream, total: number, bytesThere: number) {
		this.#out = out;
		this.#total = total;
		this.#start = performance.now();
		this.#startBytes = bytesThere;
	}

	show(bytes: number, file: string): void {
		const share = this.#total === 0 ? 1 : bytes / this.#total;
		const now = performance.now();
		if (!this.#out.isTTY) {
			const tenth = Math.floor(share * 10);
			if (tenth > this.#shownTenth) this.#out.write(`${tenth * 10} % (${gigabytes(bytes)})\n`);
			this.#shownTenth = Math.max(tenth, this.#shownTenth);
			return;
		}
		if (now - this.#shownAt < 100 && share < 1) return;
		this.#shownAt = now;
		const filled = Math.round(share * width);
		const bar = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`;
		const text = `${bar} ${Math.floor(share * 100)} %  ${gigabytes(bytes)} of ${gigabytes(this.#total)}  ${this.#pace(bytes, now)}  ${file}`;
		this.#out.write(`\r\x1b[K${text.slice(0, (this.#out.columns || 80) - 1)}`);
	}

	/** Leaves the line of the bar. */
	end(): void {
		if (this.#out.isTTY && this.#shownAt > 0) this.#out.write('\n');
	}

	#pace(bytes: number, now: number): string {
		const seconds = (now - this.#start) / 1000;
		const perSecond = (bytes - this.#startBytes) / seconds;
		if (seconds < 1 || perSecond <= 0) return '';
		const left = Math.round((this.#total - bytes) / perSecond);
		const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
		return `${gigabytes(perSecond)}/s  ${clock} left`;
	}
}
