import type { Component } from '../context.ts';
import { auditComponents } from './audit.ts';
import { cancel } from './cancel.ts';
import { caseComponents } from './case.ts';
import { edit, remix } from './edit.ts';
import { mydataComponents } from './mydata.ts';
import { remove } from './remove.ts';
import { report } from './report.ts';
import { reroll } from './reroll.ts';
import { panel, set, unset } from './settings.ts';
import { upscale } from './upscale.ts';
import { vary } from './vary.ts';
import { why } from './why.ts';

/** Every button and modal. */
export const components: Component[] = [
	upscale,
	vary,
	reroll,
	edit,
	remix,
	remove,
	cancel,
	why,
	report,
	...caseComponents,
	...auditComponents,
	panel,
	set,
	unset,
	...mydataComponents,
];
