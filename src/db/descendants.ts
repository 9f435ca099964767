import { sql } from 'drizzle-orm';
import type { Db } from './client.ts';

/** Finds the generations that were made from a generation's pictures in its guild, and from theirs, and so on; not itself. */
export async function descendantsOf(
	db: Db,
	{ id, guildId }: { id: string; guildId: string | null },
): Promise<{ id: string; state: string; deletedAt: Date | null }[]> {
	const result = (await db.execute(sql`
		with recursive made as (
			select ${id}::text as id
			union
			select g.id from made
				join images i on i.generation_id = made.id
				join generations g on g.parent_image_id = i.id
				where g.guild_id is not distinct from ${guildId}::text
		)
		select g.id, g.state, g.deleted_at from made join generations g on g.id = made.id
		where g.id <> ${id} order by g.created_at`)) as unknown as Row[] & { rows?: Row[] };
	return (result.rows ?? result).map(({ id: made, state, deleted_at }) => ({
		id: made,
		state,
		deletedAt: deleted_at === null ? null : new Date(deleted_at),
	}));
}

/** As the drivers give it: PGlite in `rows`, postgres-js as the list itself. */
interface Row {
	id: string;
	state: string;
	deleted_at: string | Date | null;
}
