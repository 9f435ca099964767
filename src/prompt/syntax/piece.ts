/** Text with one weight. 1: as it is; more: emphasised. */
export interface Piece {
	text: string;
	weight: number;
}

/** Ends a chunk of 75 tokens, as WebUI writes it. */
export const breakPiece: Readonly<Piece> = { text: 'BREAK', weight: -1 };

/** Says whether a piece ends the chunk: WebUI knows it by its text and weight, whatever they come from. */
export function isBreak({ text, weight }: Piece): boolean {
	return text === breakPiece.text && weight === breakPiece.weight;
}
