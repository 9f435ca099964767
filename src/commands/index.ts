import type { Command } from './context.ts';
import { imagine } from './imagine.ts';
import { usage } from './usage.ts';

/** Every slash command. */
export const commands: Command[] = [imagine, usage];
