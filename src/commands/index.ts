import { about } from './about.ts';
import { audit } from './audit.ts';
import type { Command, MessageCommand } from './context.ts';
import { imagine } from './imagine.ts';
import { mydata } from './mydata.ts';
import { reportMessage } from './report-message.ts';
import { settings } from './settings.ts';
import { usage } from './usage.ts';

/** Every command in the menu of messages. */
export const messageCommands: MessageCommand[] = [reportMessage];

/** Every slash command. */
export const commands: Command[] = [imagine, settings, usage, audit, about, mydata];
