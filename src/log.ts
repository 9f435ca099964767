const levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof levels)[number];

export type Log = Record<LogLevel, (message: string, facts?: Record<string, unknown>) => void>;

/**
 * Makes a log that writes one line per event to standard error: time, level, message, facts as JSON. Text of members comes in
 * as a fact only, where JSON escapes it; what JSON leaves and a terminal would obey is escaped too.
 */
export function createLog(level: LogLevel, write: (line: string) => void = (line) => process.stderr.write(line)): Log {
	const from = levels.indexOf(level);
	const at =
		(own: LogLevel): Log[LogLevel] =>
		(message, facts) => {
			if (levels.indexOf(own) < from) return;
			const tail = facts ? ` ${JSON.stringify(facts, plain)}` : '';
			write(`${escaped(`${new Date().toISOString()} ${own.padEnd(5)} ${message}${tail}`)}\n`);
		};
	return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Signs that would end the line, turn its direction, or command the terminal that shows it. */
const unprintable = /[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

function escaped(line: string): string {
	return line.replace(unprintable, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Errors have no enumerable fields, bigints no JSON form: both are written out. */
function plain(_key: string, value: unknown): unknown {
	if (value instanceof Error)
		return { name: value.name, message: value.message, stack: value.stack, cause: value.cause };
	return typeof value === 'bigint' ? String(value) : value;
}
