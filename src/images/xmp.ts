import packageJson from '../../package.json' with { type: 'json' };

/**
 * The mark that a picture was made by a trained model, as XMP: what search engines, stock sites and picture viewers look for.
 *
 * Sources: XMP, ISO 16684-1, sections 7 (packet, RDF); IPTC Photo Metadata Standard 2025.1 (`DigitalSourceType`, `AISystemUsed`,
 * `AISystemVersionUsed`). Left out: everything that knows the time or the place, so that equal recipes give equal bytes, and the
 * prompt, which stands beside it in `parameters`.
 */

/** IPTC's word for "created by a trained model". */
export const trainedAlgorithmicMedia = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';

/** What files name as the program that wrote them. */
export const creatorTool = `Atelier ${packageJson.version}`;

/** Writes an XMP packet, UTF-8. Read-only and without padding: nobody is meant to edit it in place. */
export function buildXmp(modelName: string | undefined): Buffer {
	const system = modelName === undefined ? 'Atelier' : `Atelier with the model ${modelName}`;
	return Buffer.from(
		[
			'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
			'<x:xmpmeta xmlns:x="adobe:ns:meta/">',
			'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
			'<rdf:Description rdf:about=""',
			' xmlns:dc="http://purl.org/dc/elements/1.1/"',
			' xmlns:xmp="http://ns.adobe.com/xap/1.0/"',
			' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">',
			`<Iptc4xmpExt:DigitalSourceType>${trainedAlgorithmicMedia}</Iptc4xmpExt:DigitalSourceType>`,
			`<Iptc4xmpExt:AISystemUsed>${xmlText(system)}</Iptc4xmpExt:AISystemUsed>`,
			`<Iptc4xmpExt:AISystemVersionUsed>${packageJson.version}</Iptc4xmpExt:AISystemVersionUsed>`,
			`<xmp:CreatorTool>${creatorTool}</xmp:CreatorTool>`,
			`<dc:description><rdf:Alt><rdf:li xml:lang="x-default">Made by AI: ${xmlText(system)}</rdf:li></rdf:Alt></dc:description>`,
			'</rdf:Description>',
			'</rdf:RDF>',
			'</x:xmpmeta>',
			'<?xpacket end="r"?>',
		].join('\n'),
		'utf8',
	);
}

/** Writes text so that XML reads it back; what XML 1.0 cannot hold at all becomes `?`. */
function xmlText(text: string): string {
	return text
		.toWellFormed()
		.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;');
}
