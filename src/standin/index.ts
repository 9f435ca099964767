import { Standin } from './driver/standin.ts';
import { type StandinOptions, startServer } from './server.ts';

export { ClientRefusal } from './client-refusal.ts';
export { InteractionHandle } from './driver/handle.ts';
export { buttonsOf, componentsOf, findControl, mediaUrls, textOf } from './driver/message-parts.ts';
export { Standin } from './driver/standin.ts';
export { DriverUser, type FieldValue, type FileValue, type OptionValue, type Place } from './driver/user.ts';
export { WaitTimeout } from './driver/waits.ts';
export type { NewChannel, NewMember } from './driver/world.ts';
export type { Fault } from './faults.ts';
export type { Violation } from './records.ts';
export type { LoggedExchange } from './rest/exchange.ts';
export type { StandinOptions } from './server.ts';
export { StateFileError } from './storage.ts';
export { type ChannelKind, defaultWorld, type World } from './world.ts';

/**
 * Starts a local Discord on 127.0.0.1 to which an unmodified discord.js client connects, and returns it with its driver.
 * @throws when the port is taken, or the folder holds a state that cannot be read.
 */
export async function startStandin(options: StandinOptions = {}): Promise<Standin> {
	return new Standin(await startServer(options));
}
