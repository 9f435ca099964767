import type { Component } from '../context.ts';
import { cancel } from './cancel.ts';
import { edit, remix } from './edit.ts';
import { remove } from './remove.ts';
import { reroll } from './reroll.ts';
import { upscale } from './upscale.ts';
import { vary } from './vary.ts';

/** Every button and modal. */
export const components: Component[] = [upscale, vary, reroll, edit, remix, remove, cancel];
