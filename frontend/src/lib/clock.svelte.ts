/** How a person wants hours and weeks written; undefined and "" follow the language. */
class Clock {
	cycle = $state<'h23' | 'h12' | undefined>();
	weekStart = $state('');
}

export const clock = new Clock();
