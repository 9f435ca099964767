import { de } from './de.ts';
import { en, type PublicWords } from './en.ts';
import { ja } from './ja.ts';
import type { Phrase } from './phrases.ts';

export { say } from './say.ts';

/** A language: what is said in public, and the phrases of everything else that it knows. */
export interface Words extends PublicWords {
	/**
	 * Translations of English phrases. `{0}` stands for what a phrase is about, in the order of the English; `{0*}` for the same, said in
	 * this language.
	 */
	phrases: Readonly<Record<string, string>>;
}

/** A language beside English: it has every phrase. */
export interface Translation extends PublicWords {
	phrases: { readonly [English in Phrase]: string };
}

/** English, in which everything is written. */
export const english: Words = { ...en, phrases: {} };

/** Every language; to add one, write its file and a line here. */
export const languages = ['en', 'ja', 'de'] as const;
export type Language = (typeof languages)[number];
const catalogues: Record<Language, Words> = { en: english, ja, de };

/** The language of the first locale that we know (`de`, `en-GB`); English without any. */
export function wordsFor(...locales: (string | null | undefined)[]): Words {
	for (const locale of locales) {
		const [language = ''] = locale?.split('-') ?? [];
		if (Object.hasOwn(catalogues, language)) return catalogues[language as Language];
	}
	return english;
}

/** Every language but English. */
export const translations: readonly Words[] = languages.map((it) => catalogues[it]).filter((it) => it !== english);
