/** Discord's own client would not have sent this: the message is the sentence that it shows. */
export class ClientRefusal extends Error {
	override name = 'ClientRefusal';
}
