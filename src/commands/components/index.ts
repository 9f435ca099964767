import type { Component } from '../context.ts';
import { auditComponents } from './audit.ts';
import { cancel } from './cancel.ts';
import { caseComponents } from './case.ts';
import { draw, drawSent } from './draw.ts';
import { edit, remix } from './edit.ts';
import { heldComponents } from './held.ts';
import { largerComponents } from './larger.ts';
import { mydataComponents } from './mydata.ts';
import { paintAllComponents } from './paint-all.ts';
import { remove } from './remove.ts';
import { report } from './report.ts';
import { reroll } from './reroll.ts';
import { panel, set, unset } from './settings.ts';
import { upscale, upscaleBy } from './upscale.ts';
import { vary, varyStrong, varySubtle } from './vary.ts';
import { why } from './why.ts';

/** Every button and modal. */
export const components: Component[] = [
	upscale,
	upscaleBy,
	vary,
	varySubtle,
	varyStrong,
	...largerComponents,
	reroll,
	edit,
	remix,
	draw,
	drawSent,
	remove,
	cancel,
	why,
	report,
	...caseComponents,
	...heldComponents,
	...auditComponents,
	panel,
	set,
	unset,
	...mydataComponents,
	...paintAllComponents,
];
