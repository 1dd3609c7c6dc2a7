// Wall times as text, "2026-06-12T07:30", and what a zone's clocks show. Instants come from the
// backend: only it knows what happens where the clocks change.

/** The wall time that a zone's clocks show at an instant; '' zone is this machine's. */
export function wallAt(ms: number, zone: string): string {
	const parts = new Intl.DateTimeFormat('en-CA', {
		timeZone: zone || undefined,
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		minute: '2-digit',
		hourCycle: 'h23',
	}).formatToParts(ms);
	const of = (type: string) => parts.find((p) => p.type === type)?.value ?? '00';
	return `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}`;
}

/** The day n days after a day. */
export function addDays(day: string, n: number): string {
	const [y = 1970, m = 1, d = 1] = day.split('-').map(Number);
	return new Date(Date.UTC(y, m - 1, d + n)).toISOString().slice(0, 10);
}

/** 1 for Monday to 7 for Sunday. */
export function weekday(day: string): number {
	const [y = 1970, m = 1, d = 1] = day.split('-').map(Number);
	return ((new Date(Date.UTC(y, m - 1, d)).getUTCDay() + 6) % 7) + 1;
}

/** The minute of the day of "07:30". */
export function minuteOf(time: string): number {
	const [h = 0, m = 0] = time.split(':').map(Number);
	return h * 60 + m;
}

/** "07:30" of a minute of the day. */
export function timeOfMinute(minute: number): string {
	return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** The place in a zone's name: "New York" of "America/New_York". */
export function place(zone: string): string {
	return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** "UTC+2", "UTC−3:30", from how far a zone is from UTC. */
export function offsetText(minutes: number): string {
	const size = Math.abs(minutes);
	const text = `${Math.floor(size / 60)}${size % 60 ? `:${String(size % 60).padStart(2, '0')}` : ''}`;
	return `UTC${minutes < 0 ? '\u2212' : '+'}${text}`;
}
