import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** One of our programs in a process of its own, as a user would start it. */
export class Program {
	readonly #child: ChildProcess;
	readonly #gone: Promise<unknown>;
	stdout = '';
	stderr = '';

	private constructor(file: string, args: string[], env: Record<string, string>) {
		this.#child = spawn(process.execPath, [file, ...args], {
			cwd: root,
			// Nothing of the tester's own settings reaches it.
			env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		this.#gone = once(this.#child, 'close');
		this.#child.stdout!.on('data', (data: Buffer) => {
			this.stdout += data;
		});
		this.#child.stderr!.on('data', (data: Buffer) => {
			this.stderr += data;
		});
	}

	/** Starts a program and waits for what it prints when it is ready; the first group of `ready` is returned. */
	static async start(
		file: string,
		options: { args?: string[]; env?: Record<string, string>; ready: RegExp },
	): Promise<{ program: Program; found: string }> {
		const program = new Program(file, options.args ?? [], options.env ?? {});
		const found = await program.until(options.ready);
		return { program, found };
	}

	/** Runs a program to its end. */
	static async run(
		file: string,
		args: string[] = [],
		env: Record<string, string> = {},
	): Promise<{ code: number | null; stdout: string; stderr: string }> {
		const program = new Program(file, args, env);
		await program.#gone;
		return { code: program.#child.exitCode, stdout: program.stdout, stderr: program.stderr };
	}

	get pid(): number {
		return this.#child.pid!;
	}

	/** Waits until standard output has something. */
	async until(wanted: RegExp): Promise<string> {
		for (;;) {
			const match = wanted.exec(this.stdout);
			if (match) return match[1] ?? match[0];
			const isOver = await Promise.race([
				once(this.#child.stdout!, 'data').then(() => false),
				this.#gone.then(() => true),
			]);
			if (isOver && !wanted.test(this.stdout)) throw new Error(`The program ended: ${this.stdout}${this.stderr}`);
		}
	}

	/** Sends a signal and waits for the end; answers the exit code. */
	async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
		if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
		await this.#gone;
		return this.#child.exitCode;
	}
}

/** Starts the bot as `npm start` does; without a token it brings its own Discord. */
export function startBot(env: Record<string, string>) {
	return Program.start('src/main.ts', { env: { PORT: '0', ...env }, ready: /^Atelier is ready: (\S+)$/m }).then(
		({ program, found }) => ({ program, url: found }),
	);
}

/** Starts a Discord of its own, as `npm run standin` does. */
export function startStandinProgram(folder: string) {
	return Program.start('src/standin/cli.ts', {
		args: ['--folder', folder],
		ready: /^Stand-in is ready: (\S+)$/m,
	}).then(async ({ program, found }) => {
		const token = await program.until(/DISCORD_TOKEN=(\S+)/);
		return { program, url: found, env: { DISCORD_TOKEN: token, DISCORD_API: `${found}/api` } };
	});
}
