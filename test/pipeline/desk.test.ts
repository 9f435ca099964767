import { expect, test } from 'vitest';
import { Desk } from '../../src/pipeline/desk.ts';
import type { Drawing } from '../../src/pipeline/threads.ts';
import { jobOf } from './recipes.ts';

const drawing: Drawing = { rounds: [], stats: { paintMs: 1, runMs: 1, previewMs: 0 } };
const parentImage = new Uint8Array(9);

/** A desk whose messages are written down, to whom and about which job. */
function open() {
	const said: string[] = [];
	const note = (to: string) => (message: { type: string; id?: string; job?: { id: string } }) =>
		void said.push(`${to}: ${message.type} ${message.id ?? message.job?.id}`);
	const desk = new Desk({ bot: note('bot'), drawing: note('drawing'), finishing: note('finishing') });
	return {
		said,
		paint: (id: string) => desk.fromBot({ type: 'paint', job: jobOf(id, {}, { parentImage }) }),
		cancel: (id: string) => desk.fromBot({ type: 'cancel', id }),
		drawn: (id: string) => desk.fromDrawing({ type: 'drawn', id, drawing }),
		stopped: (id: string) => desk.fromDrawing({ type: 'ended', message: { type: 'cancelled', id } }),
		finished: (id: string) => desk.fromFinishing({ type: 'ended', message: { type: 'rated', id, position: 0, ms: 1 } }),
		news: () => said.splice(0),
	};
}

test('the next job is drawn while one is finished, and waits, drawn, until that has ended', () => {
	const { paint, drawn, finished, news } = open();
	paint('a');
	drawn('a');
	paint('b');
	expect(news()).toEqual(['drawing: paint a', 'finishing: finish a', 'bot: drawn a', 'drawing: paint b']);
	drawn('b');
	paint('c');
	expect(news()).toEqual(['bot: failed c']);
	finished('a');
	expect(news()).toEqual(['bot: rated a', 'finishing: finish b', 'bot: drawn b']);
});

test('a cancel goes to who has the job, and what is cancelled while it waits goes no further', () => {
	const { paint, drawn, cancel, stopped, finished, news } = open();
	paint('a');
	cancel('a');
	stopped('a');
	expect(news()).toEqual(['drawing: paint a', 'drawing: cancel a', 'bot: cancelled a']);
	paint('b');
	drawn('b');
	paint('c');
	news();
	cancel('b');
	drawn('c');
	cancel('c');
	finished('b');
	expect(news()).toEqual(['finishing: cancel b', 'bot: cancelled c', 'bot: rated b']);
});

test('a job that was drawn just when it was cancelled is cancelled', () => {
	const { paint, drawn, cancel, news } = open();
	paint('a');
	cancel('a');
	drawn('a');
	expect(news()).toEqual(['drawing: paint a', 'drawing: cancel a', 'bot: cancelled a']);
});
