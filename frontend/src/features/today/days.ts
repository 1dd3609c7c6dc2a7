/** Noon of the day so many days after an instant's, here. */
export function dayAfter(ms: number, days: number): number {
	const d = new Date(ms);
	return new Date(d.getFullYear(), d.getMonth(), d.getDate() + days, 12).getTime();
}
