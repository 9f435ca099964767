const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const seconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const shortDate = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: '2-digit', year: 'numeric' });
const longDate = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
const full = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const units = [
	['year', 31_536_000],
	['month', 2_592_000],
	['day', 86_400],
	['hour', 3600],
	['minute', 60],
	['second', 1],
];

/** "today"-style time of a message: the clock for today, otherwise with the date. */
export function messageTime(date) {
	return isSameDay(date, new Date())
		? `Today at ${clock.format(date)}`
		: `${shortDate.format(date)} ${clock.format(date)}`;
}

export function dayName(date) {
	return longDate.format(date);
}

export function fullTime(date) {
	return `${full.format(date)} ${clock.format(date)}`;
}

/** Discord's `<t:unix:style>`: t T d D f F R, f when left out. */
export function timestamp(date, style) {
	switch (style) {
		case 't':
			return clock.format(date);
		case 'T':
			return seconds.format(date);
		case 'd':
			return shortDate.format(date);
		case 'D':
			return longDate.format(date);
		case 'F':
			return fullTime(date);
		case 'R':
			return relativeTime(date);
		default:
			return `${longDate.format(date)} ${clock.format(date)}`;
	}
}

function relativeTime(date) {
	const difference = Math.round((date.getTime() - Date.now()) / 1000);
	const [unit, size] = units.find(([, size]) => Math.abs(difference) >= size) ?? ['second', 1];
	return relative.format(Math.trunc(difference / size), unit);
}

function isSameDay(a, b) {
	return a.toDateString() === b.toDateString();
}
