import { about } from './about.ts';
import { audit } from './audit.ts';
import type { Command, MessageCommand } from './context.ts';
import { describe, describeMessage } from './describe.ts';
import { imagine } from './imagine.ts';
import { inpaint } from './inpaint.ts';
import { mydata } from './mydata.ts';
import { reportMessage } from './report-message.ts';
import { reproduce, reproduceMessage } from './reproduce.ts';
import { settings } from './settings.ts';
import { usage } from './usage.ts';

/** Every command in the menu of messages. */
export const messageCommands: MessageCommand[] = [reportMessage, describeMessage, reproduceMessage];

/** Every slash command. */
export const commands: Command[] = [imagine, inpaint, describe, reproduce, settings, usage, audit, about, mydata];
