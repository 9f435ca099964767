import type { Deadlines } from './deadlines.ts';
import type { Faults } from './faults.ts';
import type { Gateway } from './gateway.ts';
import type { Hub } from './hub.ts';
import type { State } from './state.ts';
import type { Storage } from './storage.ts';
import type { StoredUpload } from './uploads.ts';

/** What every part of the stand-in works with. */
export interface Core {
	/** `http://127.0.0.1:<port>`. */
	url: string;
	token: string;
	ackMs: number;
	tokenMs: number;
	state: State;
	storage: Storage;
	hub: Hub;
	gateway: Gateway;
	faults: Faults;
	deadlines: Deadlines;
	/** Files that users chose and did not send yet, by ID. */
	uploads: Map<string, StoredUpload>;
}
