import type { APIMessage } from 'discord-api-types/v10';
import type { LoggedExchange, Standin } from '../../src/standin/index.ts';
import { componentsOf } from './page.ts';

/** A picture's file, as the stand-in was sent it. */
export interface Appearance {
	imageId: string;
	generationId: string;
	channelId: string | undefined;
	/** Only one member saw it. */
	isPrivate: boolean;
	isCovered: boolean;
}

/** Every picture file in what the bot sent after an exchange, whatever became of the message since. */
export function appearancesIn({ log }: Standin, since: LoggedExchange | undefined): Appearance[] {
	const from = since === undefined ? 0 : log.lastIndexOf(since) + 1;
	return log.slice(from).flatMap((exchange) => {
		if (exchange.status >= 300) return [];
		const message = messageIn(exchange.answer);
		return exchange.files
			.filter(({ contentType, name }) => contentType.startsWith('image/') || /\.(png|webp|jpe?g|gif|avif)$/i.test(name))
			.map(({ name }): Appearance => {
				const imageId = /^(?:SPOILER_)?atelier-(.+)\.\w+$/.exec(name)?.[1] ?? name;
				return {
					imageId,
					generationId: imageId.split('-')[0]!,
					channelId: message?.channel_id,
					isPrivate: (Number(message?.flags) & 64) !== 0,
					isCovered: name.startsWith('SPOILER_') || isSpoiler(message, name),
				};
			});
	});
}

function messageIn(answer: unknown): APIMessage | undefined {
	const body = answer as (APIMessage & { resource?: { message?: APIMessage } }) | undefined;
	return body?.resource?.message ?? (body?.channel_id === undefined ? undefined : body);
}

function isSpoiler(message: APIMessage | undefined, file: string): boolean {
	const items = message ? componentsOf(message).flatMap(({ items = [] }) => items as GalleryItem[]) : [];
	const own = items.filter(({ media }) => media?.url.includes(file));
	return own.length > 0 && own.every(({ spoiler }) => spoiler === true);
}

interface GalleryItem {
	media?: { url: string };
	spoiler?: boolean;
}
