import type { DeviceChoice } from './protocol.ts';

/** What `isDeviceChoice` takes, for people. */
export const deviceNames = 'auto, cpu, cuda, dml, or one of several GPUs such as cuda:1';

/** Whether a text names one device, as the setting `DEVICE` and the option `--device` take it: in lower case, GPUs by number from 0. */
export function isDeviceChoice(text: string): text is DeviceChoice {
	return /^(?:auto|cpu|(?:cuda|dml)(?::\d{1,2})?)$/.test(text);
}
